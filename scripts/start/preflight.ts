import { once } from "node:events";
import { createServer } from "node:net";
import { errorCode, UserError } from "@analyze/common/errors";
import { readConfig } from "../../client/src/poller/config.ts";
import { requireLog } from "../../client/src/poller/journal/append.ts";
import { takeLock } from "../../client/src/poller/journal/lock.ts";
import type { PortVariable } from "./config.ts";
import { describeEarlier } from "./earlier.ts";

/**
 * Throws a {@link UserError} naming each port that cannot be used, and the variable that changes it; or the earlier
 * `npm start` that uses it.
 */
export async function requirePorts(ports: Record<PortVariable, number>): Promise<void> {
  const faults: string[] = [];
  const seen = new Map<number, string>();
  for (const [variable, port] of Object.entries(ports)) {
    const twin = seen.get(port);
    seen.set(port, variable);
    const fault = twin === undefined ? await faultOf(port) : `is given to ${twin} too`;
    const other = port > 64_535 ? port - 1000 : port + 1000;
    if (fault) faults.push(`port ${port} ${fault}: choose another one, for example ${variable}=${other} npm start`);
  }
  if (faults.length > 0) throw new UserError(describeEarlier([...seen.keys()]) ?? faults.join("\n"));
}

async function faultOf(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE") return "is taken by another program";
    if (code === "EACCES") return "is only for root";
    throw error;
  } finally {
    server.close();
  }
}

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
