import { afterAll, beforeAll, expect, it } from "vitest";
import { issue } from "../edge/certificates.ts";
import { startNginx, type Nginx } from "../edge/nginx.ts";
import { startRedis, type PrivateRedis } from "../queue/redis.ts";
import { startQueueStack, type QueueStack } from "../queue/stack.ts";
import { describeWith } from "../support/requirements.ts";
import { runHostileTable } from "./run.ts";
import { taskTable } from "./table.ts";
import { nginxTarget, serviceTarget } from "./targets.ts";

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
    expect(await runHostileTable(serviceTarget("web", stack.web.port, stack.worker), taskTable)).toEqual([]);
  });

  it("get the table's answers from nginx", async () => {
    expect(await runHostileTable(nginxTarget(nginx.edge, stack.worker), taskTable)).toEqual([]);
  });
});
