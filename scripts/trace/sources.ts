import { basename, resolve } from "node:path";
import { findLogFiles, notRegular } from "../../client/src/log/family.ts";
import { readLines } from "../../client/src/log/lines.ts";
import { isAbsent, reasonOf } from "../../client/src/reader/read/read-error.ts";
import { run } from "../../deploy/run.ts";
import type { SourceLine } from "./events.ts";

/** What was read, and why the rest could not be. */
export interface Found {
  lines: SourceLine[];
  /** What was searched, for people. */
  searched: string[];
  faults: string[];
}

const parts = ["nginx", "web-1", "web-2", "worker", "client"];

/** Keeps only lines that may concern the request: a log can have gigabytes. A task's lines have its own ID. */
function mayConcern(text: string, id: string): boolean {
  return text.includes(id) || text.includes('"task failed"');
}

/** The files of a log, or why there are none. `isNamed`: a person asked for this log, so it is a fault if there is none. */
async function filesOf(log: string, isNamed: boolean): Promise<{ paths: string[]; fault?: string }> {
  try {
    const paths = (await findLogFiles(log)).map(({ path }) => resolve(path));
    const kind = paths.length > 0 ? undefined : await notRegular(log);
    if (kind !== undefined) return { paths, fault: `${log} is ${kind}, not a regular file` };
    return paths.length > 0 || !isNamed ? { paths } : { paths, fault: `${log} does not exist` };
  } catch (error) {
    if (!isAbsent(error)) return { paths: [], fault: `${log}: ${reasonOf(error)}` };
    return isNamed ? { paths: [], fault: `${log} does not exist` } : { paths: [] };
  }
}

async function linesOfFile(path: string, id: string): Promise<Found> {
  const found: Found = { lines: [], searched: [path], faults: [] };
  const take = (text: string): void => {
    if (mayConcern(text, id)) found.lines.push({ text, source: basename(path) });
  };
  try {
    for await (const { lines, torn } of readLines(path)) {
      lines.forEach(take);
      // A copy of a log may end without a newline.
      if (torn !== undefined) take(torn);
    }
  } catch (error) {
    found.faults.push(`${path}: ${reasonOf(error)}`);
  }
  return found;
}

/** The lines of logs and of their rotated files, each file once. `isNamed`: see filesOf. */
export async function linesOfFiles(logs: string[], id: string, isNamed: boolean): Promise<Found> {
  const found = await Promise.all(logs.map((log) => filesOf(log, isNamed)));
  const paths = new Set(found.flatMap((one) => one.paths));
  const each = await Promise.all(Array.from(paths, (path) => linesOfFile(path, id)));
  return together([...each, { lines: [], searched: [], faults: found.flatMap(({ fault }) => fault ?? []) }]);
}

async function linesOfCommand(program: string, args: string[], source: string, id: string): Promise<Found> {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) return { lines: [], searched: [], faults: [stderr.trim() || `${program} ended with code ${code}`] };
  const lines = stdout.split("\n").filter((text) => mayConcern(text, id));
  return { lines: lines.map((text) => ({ text, source })), searched: [`${program} ${args.join(" ")}`], faults: [] };
}

/** The lines of Compose's containers. */
export async function linesOfCompose(id: string): Promise<Found> {
  const each = parts.map((part) =>
    linesOfCommand("docker", ["compose", "logs", "--no-color", "--no-log-prefix", part], `compose ${part}`, id),
  );
  return together(await Promise.all(each));
}

function kubectlLogs(namespace: string, label: string): string[] {
  const all = ["--all-containers", "--tail=-1", "--max-log-requests=50"];
  return ["logs", `--namespace=${namespace}`, `--selector=${label}`, ...all];
}

/** The lines of the pods of a release, and of the ingress controller. */
export async function linesOfCluster(namespace: string, controller: string, id: string): Promise<Found> {
  return together([
    ...(await Promise.all(
      ["web", "worker", "edge"].map((part) =>
        linesOfCommand("kubectl", kubectlLogs(namespace, `app.kubernetes.io/component=${part}`), `pods of ${part}`, id),
      ),
    )),
    await linesOfCommand(
      "kubectl",
      kubectlLogs(controller, "app.kubernetes.io/name=ingress-nginx"),
      "ingress-nginx",
      id,
    ),
  ]);
}

/** Merges several results. A fault of several is named once, such as a program that is not installed. */
export function together(all: Found[]): Found {
  return {
    lines: all.flatMap(({ lines }) => lines),
    searched: all.flatMap(({ searched }) => searched),
    faults: Array.from(new Set(all.flatMap(({ faults }) => faults))),
  };
}
