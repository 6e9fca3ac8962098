import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { startProgram } from "../support/program.ts";

/** A returned system call of a traced process. */
export interface SystemCall {
  name: string;
  /** The file or socket of its first argument, as strace names it: `/…/appendonly.aof.1.incr.aof`, `UNIX-STREAM:[…]`. */
  target: string;
  /** The written data: its other arguments. */
  args: string;
  result: number;
  /** Microseconds since 1970 of its start and its return. */
  began: number;
  ended: number;
}

const traced = "write,writev,sendto,sendmsg,fsync,fdatasync";

const whole = /^(\d+) +(\d+\.\d{6}) (\w+)\(\d+<(.*?)>(.*?)\) += (-?\d+).*<(\d+\.\d+)>$/;
const begun = /^(\d+) +(\d+\.\d{6}) (\w+\(\d+<.*) <unfinished \.\.\.>$/;
const resumed = /^(\d+) +\d+\.\d{6} <\.\.\. \w+ resumed>(.*)$/;

/** The calls of a trace of `strace -f -ttt -T -yy`. A call that another thread interrupted stands there in two parts. */
function parseTrace(text: string): SystemCall[] {
  const open = new Map<string, string>();
  return text.split("\n").flatMap((line) => {
    const [, thread = "", time = "", call = ""] = begun.exec(line) ?? [];
    if (thread !== "") open.set(thread, `${thread} ${time} ${call}`);
    const [, owner = "", rest = ""] = resumed.exec(line) ?? [];
    const [, , start, name = "", target = "", args = "", result, seconds] =
      whole.exec(owner === "" ? line : `${open.get(owner)}${rest}`) ?? [];
    if (start === undefined) return [];
    const began = Number(start.replace(".", ""));
    return [{ name, target, args, result: Number(result), began, ended: began + Math.floor(Number(seconds) * 1e6) }];
  });
}

/** Traces the writes and syncs of a running process. Resolves when it does; call it to end it and get what was seen. */
export async function traceWrites(pid: number): Promise<() => Promise<SystemCall[]>> {
  const folder = mkdtempSync(join(tmpdir(), "analyze-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "trace");
  const options = ["-f", "-ttt", "-T", "-yy", "-s", "16384", "-e", `trace=${traced}`, "-o", file];
  const strace = startProgram("strace", [...options, "-p", String(pid)]);
  onTestFinished(() => strace.stop().then(() => undefined));
  await strace.waitFor(/attached/);
  return async () => {
    await strace.stop("SIGINT");
    return parseTrace(readFileSync(file, "utf8"));
  };
}
