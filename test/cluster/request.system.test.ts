import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { headers } from "../../server/src/contract/index.ts";
import { ask } from "../edge/ask.ts";
import { hostileTable } from "../hostile/table.ts";
import { runHostileTable } from "../hostile/run.ts";
import { splitAddress } from "../../ingress/deploy/reach.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge-of.ts";
import { deployed, logsOf, type World } from "./world.ts";

let world: World;

describeWith(["cluster", "helm", "docker"], "a request through the ingress", () => {
  beforeAll(async () => {
    world = await deployed("--patch-controller");
  });

  test("leaves the caller's id in the log of the edge, of web and of worker, and in the answer", async () => {
    const id = `trace-${randomBytes(8).toString("hex")}`;
    const reply = await ask(edgeOf(world), {
      path: "/analyze",
      body: '{"text":"Hello, how are you?"}',
      headers: { [headers.requestId]: id },
    });
    expect(reply.status).toBe(200);
    expect(reply.headers[headers.requestId]).toBe(id);
    const edge = (): Promise<string> =>
      world.cluster.read("-n", "ingress-nginx", "logs", "deployment/ingress-nginx-controller", "--since=60s");
    await expect.poll(edge, { timeout: 10_000 }).toContain(id);
    for (const component of ["web", "worker"]) {
      await expect.poll(() => logsOf(world, component), { timeout: 10_000 }).toContain(`"requestId":"${id}"`);
    }
  });

  test(`meets ${hostileTable.length} hostile requests as the table says, and the worker sees none that it must not`, async () => {
    const { host, port } = splitAddress(world.address);
    const ledger = async (until: string): Promise<string[]> => {
      await expect.poll(() => logsOf(world, "worker"), { timeout: 20_000 }).toContain(until);
      return [...(await logsOf(world, "worker")).matchAll(/"requestId":"([^"]+)".*"status":200/g)].map(
        ([, id = ""]) => id,
      );
    };
    const tls = { servername: world.host, ca: world.ca };
    expect(await runHostileTable({ name: "ingress", host, port, tls, ledger })).toEqual([]);
  });
});
