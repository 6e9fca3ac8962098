import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createFolder } from "@analyze/common/folder";
import { errorCode, UserError } from "@analyze/common/errors";
import { minute, second } from "@analyze/common/time";

const retryMs = 50;

interface LockLimits {
  /** How long to wait for another run. */
  waitMs: number;
  /** Age at which a lock is taken over if its holder cannot be checked: on another host or in another container. */
  silentMs: number;
}

const usual: LockLimits = { waitMs: 1.5 * minute, silentMs: minute };

/** Runs `work` with the lock of `dir`. Throws a {@link UserError} if another process does not release it. */
export async function withLock<T>(
  dir: string,
  work: () => Promise<T>,
  { waitMs, silentMs }: LockLimits = usual,
): Promise<T> {
  createFolder(dir);
  const path = join(dir, ".lock");
  const started = performance.now();
  let [holder, since] = [contentOf(path), started];
  while (!take(path)) {
    const now = performance.now();
    const found = contentOf(path);
    if (found !== holder) [holder, since] = [found, now];
    if (found !== undefined && isDead(found, now - since, silentMs)) remove(path, found);
    else if (now - started > waitMs) throw refusal(dir, path);
    else await delay(retryMs);
  }
  for (const name of readdirSync(dir)) if (name.startsWith(".lock.")) rmSync(join(dir, name), { force: true });
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function refusal(dir: string, path: string): UserError {
  return new UserError(`another process is writing to ${dir}: wait for it. If there is none, remove ${path}`, {
    exitCode: 1,
  });
}

function take(path: string): boolean {
  try {
    const file = openSync(path, "wx");
    try {
      writeFileSync(file, `${process.pid} ${hostname()}`);
    } catch (error) {
      rmSync(path, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes the lock of a process that was killed. */
function remove(path: string, holder: string): void {
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
    // Another process may have taken the lock between the two checks: give it back.
    if (contentOf(taken) === holder) rmSync(taken, { force: true });
    else renameSync(taken, path);
  } catch {
    // Another process was faster.
  }
}

/** Whether the holder has ended. One that cannot be checked has ended if its lock is unchanged for `silentMs`. */
function isDead(holder: string, unchangedMs: number, silentMs: number): boolean {
  const [pid, host] = holder.split(" ");
  // Killed before it wrote its name.
  if (!pid) return unchangedMs > Math.min(silentMs, second);
  if (host !== hostname()) return unchangedMs > silentMs;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
