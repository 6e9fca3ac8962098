import { createServer, type ServerResponse } from "node:http";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { accepted, task } from "@analyze/server/contract/tasks";
import { listen } from "../load/backend.ts";
import { startProgram, type Program } from "../support/program.ts";
import { describeWith } from "../support/requirements.ts";
import { startRedis } from "./redis.ts";
import { queueStackForTest, until, type QueueStack } from "./stack.ts";

const isIn = (state: string) => (body: unknown) => task.safeParse(body).data?.state === state;

/** A witness that answers on request: jobs last until then. */
async function slowWitness() {
  const open: ServerResponse[] = [];
  const server = createServer((_, response) => {
    open.push(response);
    server.emit("work");
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${port}`,
    begun: () => (open.length > 0 ? Promise.resolve() : once(server, "work")),
    finish: () => open.forEach((response) => response.writeHead(204).end()),
  };
}

/** The real worker, except for its job: it reports to the witness. */
async function startWorker(redisUrl: string, witness: string): Promise<Program> {
  const env = { ...process.env, HOST: "127.0.0.1", PORT: "0", METRICS_PORT: "0", DRAIN_DELAY_MS: "0" };
  const program = startProgram(process.execPath, ["test/queue/ledger/worker/main.ts"], {
    env: { ...env, REDIS_URL: redisUrl, WITNESS_URL: witness },
  });
  onTestFinished(() => program.stop("SIGKILL").then(() => undefined));
  await program.waitFor(/"msg":"listening"/, 60_000);
  return program;
}

async function add(stack: QueueStack): Promise<string> {
  return accepted.parse(await (await stack.post("/api/add/drained")).json()).id;
}

async function stackForTest(): Promise<{ url: string; stack: QueueStack }> {
  const redis = await startRedis();
  onTestFinished(() => redis.remove());
  const stack = await queueStackForTest(redis.url);
  await stack.worker.stop();
  return { url: redis.url, stack };
}

describeWith(["redis-server"], "worker, after SIGTERM", () => {
  it("completes its task, takes no other one, and exits", async () => {
    const { url, stack } = await stackForTest();
    const witness = await slowWitness();
    const worker = await startWorker(url, witness.url);
    const first = await add(stack);
    await witness.begun();
    worker.child.kill("SIGTERM");
    await worker.waitFor(/"msg":"draining"/);
    const second = await add(stack);
    await until(stack, `/api/tasks/${first}`, isIn("active"));
    witness.finish();
    expect(await worker.ended).toBe(0);
    expect(task.parse(await (await stack.get(`/api/tasks/${first}`)).json()).state).toBe("completed");
    expect(task.parse(await (await stack.get(`/api/tasks/${second}`)).json())).toMatchObject({
      state: "waiting",
      attempts: 0,
    });
  });

  it(
    "returns a task that does not end, within the grace period, and another worker completes it",
    { timeout: 120_000 },
    async () => {
      const { url, stack } = await stackForTest();
      const witness = await slowWitness();
      const worker = await startWorker(url, witness.url);
      const id = await add(stack);
      await witness.begun();
      // 0: it exited by itself. After 25 s, SHUTDOWN_LIMIT_MS, it would have exited with 1; Kubernetes waits for 40 s.
      expect(await worker.stop("SIGTERM")).toBe(0);
      const other = await slowWitness();
      await startWorker(url, other.url);
      await other.begun();
      other.finish();
      const done = task.parse(await until(stack, `/api/tasks/${id}`, isIn("completed"), 60_000));
      expect(done.attempts).toBe(2);
    },
  );
});
