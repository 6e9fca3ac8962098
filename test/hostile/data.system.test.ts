import { afterAll, beforeAll, expect, it } from "vitest";
import { startDatabase, type PrivateDatabase } from "../data/database.ts";
import { startDataStack, type DataStack } from "../data/stack.ts";
import { issue } from "../edge/certificates.ts";
import { startNginx, type Nginx } from "../edge/nginx.ts";
import { describeWith } from "../support/requirements.ts";
import { startService, type RunningService } from "../support/services.ts";
import { runHostileTable } from "./run.ts";
import { dataTable } from "./table.ts";
import { nginxTarget, serviceTarget } from "./targets.ts";

let database: PrivateDatabase;
let worker: RunningService;
let stack: DataStack;
let nginx: Nginx;

describeWith(["nginx", "ferretdb"], "hostile requests to the routes of documents (FerretDB in MongoDB's place)", () => {
  beforeAll(async () => {
    database = await startDatabase();
    worker = await startService("worker", { DRAIN_DELAY_MS: "0" });
    const env = { WORKER_URL: `http://127.0.0.1:${worker.port}`, API_RATE: "1000000" };
    stack = await startDataStack(database.url, env);
    nginx = await startNginx({ webPorts: [stack.web.port], certificates: (await issue()).dir });
  });
  afterAll(async () => {
    await nginx.stop();
    await stack.web.stop();
    await worker.stop();
    await database.remove();
  });

  it("get the table's answers from web", async () => {
    expect(await runHostileTable(serviceTarget("web", stack.web.port, worker), dataTable)).toEqual([]);
  });

  it("get the table's answers from nginx", async () => {
    expect(await runHostileTable(nginxTarget(nginx.edge, worker), dataTable)).toEqual([]);
  });
});
