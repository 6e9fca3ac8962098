import { screenOf } from "@analyze/common/screen";
import { once } from "node:events";
import { hostname } from "node:os";
import type { LogLine } from "../../line/record.ts";
import { formatInstant } from "../../line/value.ts";
import { paintLine } from "../../line/paint.ts";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { appendLine, requireLog } from "../journal/append.ts";
import { takeLock } from "../journal/lock.ts";
import { createNotifier } from "../notify.ts";
import { datedAuthorities } from "../settings/trust.ts";

/** A disk that hangs must not keep the process running. systemd's own limit is 30 s (client/systemd). */
const stopLimitMs = 28_000;

function warn(message: string): void {
  process.stderr.write(`analyze: ${message}\n`);
}

/** Warns if `work` fails, but not about the same error twice in a row. */
function warnOnce(work: () => Promise<void>): () => Promise<void> {
  let told = "";
  return async () => {
    try {
      await work();
      told = "";
    } catch (error) {
      if (told !== String(error)) warn(String(error));
      told = String(error);
    }
  };
}

function sayLost(lines: LogLine[], log: string): void {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return;
  const span = `${formatInstant(first.time)} to ${formatInstant(last.time)}`;
  warn(
    `${lines.length} ${lines.length === 1 ? "line is" : "lines are"} lost (${span}): they could not be written to ${log}`,
  );
}

/** Runs the client until SIGTERM or SIGINT, then drains it. Resolves with the exit code. */
export async function run(env: NodeJS.ProcessEnv, version: string): Promise<number> {
  const config = readConfig(env);
  for (const message of datedAuthorities(config.ca, Date.now())) warn(message);
  await requireLog(config.log);
  const lock = await takeLock(config.log, `pid ${process.pid} on ${hostname()}, since ${new Date().toISOString()}`);
  const cover = warnOnce(lock.cover);
  const screen = screenOf(process.stdout, env);
  // A terminal shows lines cut to its width; other outputs get complete lines.
  const width = process.stdout.isTTY ? screen.width : Infinity;
  const app = createApp({
    config,
    version,
    env,
    warn,
    notifier: createNotifier(env, warn),
    print: (line) => void process.stdout.write(`${paintLine(line.trimEnd(), screen, width)}\n`),
    append: async (line) => {
      await appendLine(config.log, line);
      await cover();
    },
  });
  const signal = Promise.race([
    once(process, "SIGTERM").then(() => "SIGTERM"),
    once(process, "SIGINT").then(() => "SIGINT"),
  ]);
  await app.start();
  const why = await signal;
  const limit = setTimeout(() => {
    warn(`ended after ${stopLimitMs / 1000} s: the log or the probe does not answer, and the last lines may be lost`);
    process.exit(1);
  }, stopLimitMs);
  const lost = await app.stop(why);
  lock.release();
  clearTimeout(limit);
  sayLost(lost, config.log);
  return lost.length > 0 ? 1 : 0;
}
