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

/** A web that does what it is asked for, and dies before anybody hears of it: the addresses that it would have answered. */
async function dyingWeb(url: string): Promise<{ port: number; unheard: (string | null)[] }> {
  const unheard: (string | null)[] = [];
  const server = createServer(async (request, response) => {
    const headers = {
      "content-type": "application/json",
      prefer: "respond-async",
      "x-request-id": String(request.headers["x-request-id"]),
    };
    const answer = await fetch(`${url}${request.url}`, { method: "POST", headers, body });
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

describeWith(["nginx", "redis-server"], "an asynchronous analysis that the edge repeats", () => {
  it("is one job where the first web dies after it stored it", async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.remove());
    const stack = await queueStackForTest(redis.url);
    const dying = await dyingWeb(stack.url);
    const nginx = await startNginx({ webPorts: [dying.port, stack.web.port], certificates: (await issue()).dir });
    onTestFinished(() => nginx.stop());
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
