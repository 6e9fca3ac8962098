import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { pathsOf } from "../../certs/src/index.ts";
import { accepted, task } from "@analyze/server/contract/tasks";
import { problem } from "@analyze/server/contract/wire";
import { ask } from "../edge/ask.ts";
import { issue } from "../edge/certificates.ts";
import { startNginx, type Nginx } from "../edge/nginx.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis } from "./redis.ts";
import { queueStackForTest, type QueueStack } from "./stack.ts";

/** nginx in front of a web that identifies callers by nginx's header, and a client's certificate. */
async function edgeOf(stack: QueueStack, options: string[]) {
  const { dir } = await issue(true);
  const nginx: Nginx = await startNginx({ webPorts: [stack.web.port], certificates: dir, options });
  onTestFinished(() => nginx.stop());
  const { certificate, key } = pathsOf(dir, "client");
  return {
    edge: nginx.edge,
    clientCertificate: { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") },
  };
}

async function stackForTest(): Promise<QueueStack> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  return queueStackForTest(redis.url, { API_CERTIFICATE_HEADER: "X-Client-Subject" });
}

describeWith(["nginx", "redis-server"], "the identity of a client certificate, through nginx", () => {
  it("owns its tasks, whatever header the client sends", async () => {
    const stack = await stackForTest();
    const { edge, clientCertificate } = await edgeOf(stack, ["client-certificates.conf"]);
    const added = await ask(edge, { method: "POST", path: "/api/add/own", clientCertificate });
    expect(added.status).toBe(202);
    const path = `/api/tasks/${accepted.parse(JSON.parse(added.body)).id}`;
    const headers = { "x-client-subject": "CN=somebody else" };
    const own = await ask(edge, { path, clientCertificate, headers });
    expect(task.parse(JSON.parse(own.body)).task).toBe("own");
    // Another caller who bypasses the edge does not find it.
    expect((await stack.get(path, headers)).status).toBe(404);
  });

  it("cannot be claimed by a header if nginx verifies no certificate: 403", async () => {
    const stack = await stackForTest();
    const { edge } = await edgeOf(stack, []);
    const headers = { "x-client-subject": "CN=vm" };
    const { status, body } = await ask(edge, { method: "POST", path: "/api/add/forged", headers });
    expect([status, problem.parse(JSON.parse(body)).type]).toEqual([403, "urn:analyze:problem:forbidden"]);
    expect((await ask(edge, { path: "/random", headers })).status).toBe(200);
  });
});
