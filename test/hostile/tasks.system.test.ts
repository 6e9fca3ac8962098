import { afterAll, beforeAll, expect, it } from "vitest";
import { issue } from "../edge/certificates.ts";
import { startNginx, type Nginx } from "../edge/nginx.ts";
import { startRedis, type PrivateRedis } from "../queue/redis.ts";
import { startQueueStack, type QueueStack } from "../queue/stack.ts";
import { splitAddress } from "../../deploy/minikube/reach.ts";
import { describeWith } from "../support/requirements.ts";
import { ledgerFrom } from "./ledger.ts";
import { runHostileTable } from "./run.ts";
import { taskTable } from "./table.ts";

let redis: PrivateRedis;
let stack: QueueStack;
let nginx: Nginx;

describeWith(["nginx", "redis-server"], "hostile requests to the routes of tasks", () => {
  beforeAll(async () => {
    redis = await startRedis();
    stack = await startQueueStack(redis.url);
    nginx = await startNginx({ webPorts: [stack.web.port], certificates: (await issue()).dir });
  });
  afterAll(async () => {
    await nginx.stop();
    await stack.stop();
    await redis.remove();
  });

  it("get the table's answers from web", async () => {
    const target = { name: "web", host: "127.0.0.1", port: stack.web.port, ledger: ledgerFrom(stack.worker) } as const;
    expect(await runHostileTable(target, taskTable)).toEqual([]);
  });

  it("get the table's answers from nginx", async () => {
    const tls = { servername: "analyze.test", ca: nginx.edge.ca };
    const target = {
      name: "nginx",
      ...splitAddress(nginx.edge.address),
      tls,
      ledger: ledgerFrom(stack.worker),
    } as const;
    expect(await runHostileTable(target, taskTable)).toEqual([]);
  });
});
