import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { pass, startLoad } from "../load/load.ts";
import type { LoadResult } from "../load/tally.ts";
import { deployed, fixedSize, script, type World } from "./world.ts";

type Kind = "ingress" | "nginx" | "gateway";

const patience = { timeout: 240_000, interval: 1000 };

/** Requests with this prefix of the ID that the ingress controller has logged in the last seconds. */
async function controllerHas({ cluster }: World, prefix: string): Promise<boolean> {
  const log = ["-n", "ingress-nginx", "logs", "deployment/ingress-nginx-controller", "--since=3s"];
  return (await cluster.read(...log)).includes(prefix);
}

/**
 * Moves the clients of the retired controller to another edge by the steps of docs/kubernetes.md: both edges at once, then the
 * name's address, then the new edge alone.
 */
async function moveClients(to: Kind, where: readonly string[]): Promise<LoadResult> {
  const before = await deployed("--edge", "ingress", ...where);
  let address = before.address;
  const load = startLoad({
    ...before.target,
    address: () => address,
    keepAlive: 1,
    fresh: 2,
    pauseMs: 1,
    durationMs: 900_000,
  });
  const prefix = (await load.next(() => true)).id.replace(/\d+$/, "");
  await expect.poll(() => controllerHas(before, prefix), patience).toBe(true);
  const both = await deployed("--edge", to, "--keep", "ingress", ...where);
  expect(both.address).not.toBe(before.address);
  await pass(load, 50);
  address = both.address;
  // the controller ends a connection that stays after 1000 requests
  await expect.poll(() => controllerHas(before, prefix), patience).toBe(false);
  await deployed("--edge", to, ...where);
  await pass(load, 100);
  return load.stop();
}

/** Moves from the controller to this edge under load. Call it inside `describeWith`. */
export function moveSuite(to: Kind): void {
  const certificates = mkdtempSync(join(tmpdir(), "move-"));
  const namespace = ["--namespace", `analyze-to-${to}`];
  afterAll(async () => {
    await script("undeploy", ...namespace);
    rmSync(certificates, { recursive: true });
  });

  it(`loses no POST while clients move from ingress to ${to}`, { timeout: 900_000 }, async () => {
    const host = ["--host", `to-${to}.test`, "--certificates", certificates];
    // another release may have the port
    const values = `${fixedSize},edge.nginx.service.nodePorts.https=null,edge.nginx.service.nodePorts.http=null`;
    const { lost, sent, latency, seconds } = await moveClients(to, [...namespace, ...host, "--set", values]);
    process.stdout.write(`ingress to ${to}: ${JSON.stringify({ sent, lost: lost.length, latency, seconds })}\n`);
    expect({ lost, enough: sent > 1000 }).toEqual({ lost: [], enough: true });
  });
}
