import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { issue } from "../edge/certificates.ts";
import { ask } from "../edge/ask.ts";
import { startNginx } from "../edge/nginx.ts";
import { listen } from "../load/backend.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis } from "./redis.ts";
import { linesOf, queueStackForTest, until } from "./stack.ts";

const body = '{"text":"Hello, how are you?"}';

/** A web that processes a request, and dies before it answers. Has the Locations that it would have sent. */
async function dyingWeb(url: string): Promise<{ port: number; unheard: (string | null)[] }> {
  const unheard: (string | null)[] = [];
  const server = createServer(async (request, response) => {
    const { method = "" } = request;
    const headers = {
      "content-type": "application/json",
      prefer: "respond-async",
      "x-request-id": String(request.headers["x-request-id"]),
    };
    const answer = await fetch(`${url}${request.url}`, { method, headers, ...(method === "POST" && { body }) });
    unheard.push(answer.headers.get("location"));
    response.destroy();
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port, unheard };
}

/** A queue's stack behind a real nginx, whose first web dies. */
async function behindNginx() {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const stack = await queueStackForTest(redis.url);
  const dying = await dyingWeb(stack.url);
  const nginx = await startNginx({ webPorts: [dying.port, stack.web.port], certificates: (await issue()).dir });
  onTestFinished(() => nginx.stop());
  return { stack, dying, nginx };
}

describeWith(["nginx", "redis-server"], "an asynchronous analysis that the edge retries", () => {
  it("is one job if the first web dies after storing it", async () => {
    const { stack, dying, nginx } = await behindNginx();
    const answered: (string | string[] | undefined)[] = [];
    for (let n = 0; dying.unheard.length < 3 && n < 20; n++) {
      const headers = { prefer: "respond-async" };
      const reply = await ask(nginx.edge, { method: "POST", path: "/analyze", body, headers });
      expect([reply.status, reply.headers["preference-applied"]]).toEqual([202, "respond-async"]);
      answered.push(reply.headers["location"]);
    }
    expect(dying.unheard).toHaveLength(3);
    for (const location of dying.unheard) {
      expect(answered).toContain(location);
      const id = String(location).slice("/analyze/".length);
      await until(stack, `/analyze/${id}`, (found) => JSON.stringify(found).includes("processed_text"));
      await stack.worker.waitFor(new RegExp(`"id":"${id}".*"Completed task"`));
      expect(linesOf(stack.worker, id)).toHaveLength(2);
    }
    expect(new Set(answered).size).toBe(answered.length);
  });
});

describeWith(["nginx", "redis-server"], "a task whose web dies after storing it", () => {
  it.each([
    ["POST", "/api/add"],
    ["GET", "/add"],
  ])("is not retried by nginx, and not cached: %s %s", async (method, path) => {
    const { dying, nginx } = await behindNginx();
    const added: (string | undefined)[] = [];
    let refused = 0;
    for (let n = 0; dying.unheard.length < 3 && n < 20; n++) {
      const reply = await ask(nginx.edge, { method, path: `${path}/task1`, ...(method === "POST" && { body }) });
      if (reply.status === 202) added.push(reply.headers["location"]);
      else refused += 1;
      expect(reply.headers["cache-control"]).toBe("no-store");
    }
    expect([dying.unheard.length, refused]).toEqual([3, 3]);
    const all = [...added, ...dying.unheard];
    expect(new Set(all).size).toBe(all.length);
    for (const location of dying.unheard) expect(added).not.toContain(location);
  });
});
