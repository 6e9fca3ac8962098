import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "@analyze/common/errors";
import { minute, second } from "@analyze/common/time";

const retryMs = 50;

/** Runs `work` while no other process holds the lock of `dir`. Waits up to `waitMs` for another one to end. */
export async function withLock<T>(dir: string, work: () => Promise<T>, waitMs = 30 * second): Promise<T> {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, ".lock");
  const until = performance.now() + waitMs;
  while (!take(path)) {
    if (removeDead(path)) continue;
    if (performance.now() > until) {
      throw new UserError(`another process is writing to ${dir}: wait for it. If there is none, remove ${path}`, {
        exitCode: 1,
      });
    }
    await delay(retryMs);
  }
  for (const name of readdirSync(dir)) if (name.startsWith(".lock.")) rmSync(join(dir, name), { force: true });
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
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
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Takes away the lock of a process that was killed. False when its holder may be alive. */
function removeDead(path: string): boolean {
  const holder = contentOf(path);
  if (holder === undefined) return true;
  if (isAlive(path, holder)) return false;
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
    // Between the two looks, another process may have taken the lock: it gets it back.
    if (contentOf(taken) === holder) rmSync(taken, { force: true });
    else renameSync(taken, path);
  } catch {
    // Another process was faster.
  }
  return true;
}

function isAlive(path: string, holder: string): boolean {
  const [pid, host] = holder.split(" ");
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  // Killed before it wrote its name.
  if (!pid) return age < 2 * second;
  // On another host or in another container the process cannot be seen, and no run takes this long.
  if (host !== hostname()) return age < minute;
  try {
    return process.kill(Number(pid), 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
