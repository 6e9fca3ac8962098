import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueAll, pathsOf } from "../../certs/src/index.ts";
import { movedClock } from "../support/clock.ts";
import { startProgram } from "../support/program.ts";

const client = fileURLToPath(new URL("../../client/src/main.ts", import.meta.url));
const step = 60_000;

export interface ReplacementOptions {
  /** Folder of the certificates. */
  dir: string;
  /** The client's URL, and the address that it connects to. */
  url: string;
  /** Installs the leaf of the folder at the edge. */
  install(): void;
  /** Whether the client gets each new ca.crt. */
  follows: boolean;
}

/**
 * Replaces the CA and the leaf's key while a real client probes every 3 s: begin, switch, end, with some probes between
 * two steps. Resolves with the lines of the client's log, and the number of leaves.
 */
export async function replaceUnderProbes(options: ReplacementOptions): Promise<{ lines: string[]; leaves: number }> {
  const { dir, url, install, follows } = options;
  const folder = join(dir, "client");
  const [caFile, log] = [join(folder, "ca.crt"), join(folder, "analyze.log")];
  mkdirSync(folder);
  const give = (): void => copyFileSync(pathsOf(dir, "ca").certificate, caFile);
  give();
  const leaves = new Set<string>();
  const program = startProgram(process.execPath, [client, "run"], {
    env: {
      ...movedClock(),
      ANALYZE_URL: url,
      ANALYZE_ADDRESS: "127.0.0.1",
      ANALYZE_CA_FILE: caFile,
      ANALYZE_LOG: log,
      ANALYZE_SCHEDULE: "*/3 * * * * *",
    },
  });
  let probes = 0;
  const someProbes = async (): Promise<void> => {
    leaves.add(new X509Certificate(readFileSync(pathsOf(dir, "tls").certificate)).fingerprint256);
    probes += 2;
    await program.waitFor(new RegExp(`(?:^\\S+Z (?:ok|flaky|FAIL) [^]*?\\n){${probes}}`, "m"), 60_000);
  };
  const at = (milliseconds: number): Date => new Date(start + milliseconds);
  const start = Date.now() - step;
  try {
    await someProbes();
    // Dates in the past and present, so that no step needs waiting.
    for (const now of [undefined, at(step), at(2 * step)]) {
      if (now === undefined) await issueAll({ dir, now: at(0), replace: { overlapMs: step } });
      else await issueAll({ dir, now, newKey: true });
      if (follows) give();
      // A client reads ca.crt for each probe: it gets this step's file before the edge gets its certificate.
      await someProbes();
      install();
      await someProbes();
    }
  } finally {
    await program.stop();
  }
  return { lines: readFileSync(log, "utf8").trimEnd().split("\n"), leaves: leaves.size };
}
