import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hour } from "@analyze/common/time";
import { UserError } from "@analyze/common/errors";
import { leaveSettings } from "../checkout-settings.ts";
import { certificates, findTrust, renewEvery, type Trust } from "./certificates.ts";
import type { Output, StartConfig } from "./config.ts";
import { recordRun } from "./earlier.ts";
import { createFleet, type End } from "./fleet.ts";
import { describeParts } from "./parts.ts";
import { requireClient, requirePorts } from "./preflight.ts";
import type { PartOptions } from "./part.ts";
import { untilReady } from "./ready.ts";
import { findDocuments, findTasks } from "./stores.ts";
import { farewell, greeting, notDrained, obituary } from "./view.ts";

const readyLimitMs = 15_000;

/**
 * Runs worker, web, client, which shows each line of its log, and the page of that log, until `stop` aborts or one of
 * them ends. Resolves with the exit code when all have ended; `kill` aborting ends them at once. Throws a {@link
 * UserError} if they cannot be started.
 */
export async function run(config: StartConfig, output: Output, stop: AbortSignal, kill: AbortSignal): Promise<number> {
  await requirePorts(config.ports);
  const trust = await findTrust(output);
  const parts = describeParts(config, trust);
  await requireClient(parts.client.env);
  const fleet = createFleet();
  const held = Object.values(config.ports);
  kill.addEventListener("abort", fleet.kill);
  const over = AbortSignal.any([stop, fleet.broken]);
  const renewing = new AbortController();
  let renewal: Promise<void> | undefined;
  let failed: End[] = [];
  const stores = { tasks: findTasks(process.env), documents: findDocuments(process.env) };
  const env = { ...stores.tasks.env, ...stores.documents.env };
  try {
    // The first to start is the last to stop: worker returns its tasks.
    const before = Object.values(stores).flatMap(({ part }) => (part ? [fleet.start(part)] : []));
    const worker = fleet.start(withEnv(parts.worker, env));
    const web = fleet.start(withEnv(parts.web, env));
    recordRun(held, [...before, worker, web]);
    if (await answering(config, trust, over)) {
      output.write(greeting(config, trust, { web, worker }, stores));
      const client = fleet.start(parts.client);
      const page = fleet.start(parts.page);
      recordRun(held, [...before, worker, web, client, page]);
      leaveSettings({ ...parts.client.env, ...env });
      renewal = renewEvery(certificates, hour, output, renewing.signal);
      if (!over.aborted) await once(over, "abort");
    }
    output.write(fleet.dead ? obituary(fleet.dead) : farewell);
  } finally {
    renewing.abort();
    await renewal;
    failed = await fleet.stop();
    for (const end of failed) output.write(notDrained(end));
    for (const { remove } of Object.values(stores)) remove();
  }
  return fleet.dead || failed.length > 0 ? 1 : 0;
}

function withEnv(part: PartOptions, env: Record<string, string>): PartOptions {
  return { ...part, env: { ...part.env, ...env } };
}

/** True when web and worker answer; false if `over` aborted first. Throws if they take too long. */
async function answering({ ports }: StartConfig, trust: Trust, over: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.any([over, AbortSignal.timeout(readyLimitMs)]);
  const both = await Promise.all([
    untilReady(`http://127.0.0.1:${ports.START_WORKER_PORT}/readyz`, limit),
    untilReady(`https://127.0.0.1:${ports.START_PORT}/readyz`, limit, {
      ca: readFileSync(trust.ca, "utf8"),
      servername: trust.host,
    }),
  ]);
  if (both.every(Boolean)) return true;
  if (over.aborted) return false;
  const silent = ["worker", "web"].filter((_, index) => !both[index]).join(" and ");
  throw new UserError(`${silent} did not answer within ${readyLimitMs / 1000} s: see logs/`);
}
