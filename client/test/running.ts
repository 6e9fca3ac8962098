import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { movedClock } from "../../test/support/clock.ts";
import { startProgram, type Program } from "../../test/support/program.ts";
import { openStage, type Stage } from "./stage.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** The environment of a client that probes the stage; CA certificate and log are in `dir`. */
function environment(stage: Stage, dir: string): NodeJS.ProcessEnv {
  return {
    ...movedClock(),
    ANALYZE_URL: stage.target.url.origin,
    ANALYZE_ADDRESS: "127.0.0.1",
    ANALYZE_CA_FILE: join(dir, "ca.crt"),
    ANALYZE_LOG: join(dir, "analyze.log"),
  };
}

/** Runs a command of the client to its end, with {@link environment}. */
export async function runClient(
  stage: Stage,
  dir: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const program = startProgram(process.execPath, [main, ...args], { env: { ...environment(stage, dir), ...env } });
  return { code: await program.ended, output: program.output() };
}

/** Real clients that probe a stage each second and write one log. */
export interface Bench {
  stage: Stage;
  dir: string;
  log: string;
  caFile: string;
  start(env?: Record<string, string>): Program;
  /** The whole log, oldest line first. */
  text(): string;
  rotate(): void;
  close(): Promise<void>;
}

/** Opens a stage and a folder for a log; `dir` is removed at the end unless it was given. */
export async function openBench(given?: string): Promise<Bench> {
  const stage = await openStage();
  const dir = given ?? mkdtempSync(join(tmpdir(), "client-"));
  const settings = mkdtempSync(join(tmpdir(), "client-ca-"));
  const log = join(dir, "analyze.log");
  const caFile = join(settings, "ca.crt");
  const rotated: string[] = [];
  writeFileSync(caFile, stage.authority.certificate);
  return {
    stage,
    dir,
    log,
    caFile,
    start: (env = {}) =>
      startProgram(process.execPath, [main, "run"], {
        env: {
          ...environment(stage, dir),
          ANALYZE_CA_FILE: caFile,
          ANALYZE_SCHEDULE: "* * * * * *",
          ...env,
        },
      }),
    text: () => [...rotated, log].map((file) => readFileSync(file, "utf8")).join(""),
    rotate: () => {
      const file = `${log}.${1000 + rotated.length}`;
      renameSync(log, file);
      rotated.push(file);
    },
    close: async () => {
      await stage.close();
      rmSync(settings, { recursive: true });
      if (given === undefined) rmSync(dir, { recursive: true });
    },
  };
}
