import { readConfig } from "../../client/src/poller/config.ts";
import { requireLog } from "../../client/src/poller/journal/append.ts";
import { takeLock } from "../../client/src/poller/journal/lock.ts";

/**
 * Checks what the client checks when it starts: its settings, its log, and that no other client writes that log.
 * Throws a UserError that says what to change. `env` has the client's settings on top of this process's environment.
 */
export async function requireClient(env: Record<string, string>): Promise<void> {
  const { log } = readConfig({ ...process.env, ...env });
  await requireLog(log);
  const lock = await takeLock(log, `npm start, pid ${process.pid}`);
  lock.release();
}
