import { basename } from "node:path";
import { findLogFiles } from "../../client/src/log/family.ts";
import { readLines } from "../../client/src/log/lines.ts";
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

/** The lines of files and of their rotated files; missing files are omitted. */
export async function linesOfFiles(files: string[], id: string): Promise<Found> {
  const found: Found = { lines: [], searched: [], faults: [] };
  for (const file of files) {
    for (const { path } of await findLogFiles(file).catch(() => [])) {
      found.searched.push(path);
      try {
        for await (const { lines } of readLines(path))
          for (const text of lines) if (mayConcern(text, id)) found.lines.push({ text, source: basename(path) });
      } catch (error) {
        found.faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return found;
}

async function linesOfCommand(program: string, args: string[], source: string, id: string): Promise<Found> {
  const searched = [`${program} ${args.join(" ")}`];
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) return { lines: [], searched, faults: [stderr.trim() || `${program} ended with code ${code}`] };
  const lines = stdout.split("\n").filter((text) => mayConcern(text, id));
  return { lines: lines.map((text) => ({ text, source })), searched, faults: [] };
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

/** Merges several results. */
export function together(all: Found[]): Found {
  return {
    lines: all.flatMap(({ lines }) => lines),
    searched: all.flatMap(({ searched }) => searched),
    faults: all.flatMap(({ faults }) => faults),
  };
}
