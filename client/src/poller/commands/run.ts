import { once } from "node:events";
import { hostname } from "node:os";
import { createApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { takeLock } from "../journal/lock.ts";
import { createNotifier } from "../notify.ts";

function warn(message: string): void {
  process.stderr.write(`analyze: ${message}\n`);
}

/** The poller: runs until SIGTERM or SIGINT, and drains. Resolves with the exit code. */
export async function run(env: NodeJS.ProcessEnv, version: string): Promise<number> {
  const config = readConfig(env);
  const unlock = await takeLock(config.log, `pid ${process.pid} on ${hostname()}, since ${new Date().toISOString()}`);
  const app = createApp({
    config,
    version,
    env,
    warn,
    notifier: createNotifier(env, warn),
    print: (line) => void process.stdout.write(line),
  });
  const signal = Promise.race([
    once(process, "SIGTERM").then(() => "SIGTERM"),
    once(process, "SIGINT").then(() => "SIGINT"),
  ]);
  await app.start();
  const lost = await app.stop(await signal);
  unlock();
  if (lost > 0) warn(`${lost} lines could not be written to ${config.log}`);
  return lost > 0 ? 1 : 0;
}
