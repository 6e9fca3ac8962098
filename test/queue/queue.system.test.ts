import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepted, task, taskPage } from "@analyze/server/contract/tasks";
import { problem } from "@analyze/server/contract/wire";
import { describeWith } from "../support/requirements.ts";
import { redisServers, startRedis, type PrivateRedis } from "./redis.ts";
import { linesOf, startQueueStack, until, type QueueStack } from "./stack.ts";

const text = { text: "Hello, how are you?" };
const answer = { processed_text: "Word Count: 4 | Reverse: ?uoy era woh ,olleH" };
const respondAsync = { prefer: "respond-async" };

const isCompleted = (body: unknown): boolean => task.safeParse(body).data?.state === "completed";
const isAnswer = (body: unknown): boolean => JSON.stringify(body) === JSON.stringify(answer);

describe.each(redisServers)("on %s", (server) => {
  describeWith([server], "the queue", () => {
    let redis: PrivateRedis;
    let stack: QueueStack;
    beforeAll(async () => {
      redis = await startRedis(server);
      stack = await startQueueStack(redis.url);
    });
    afterAll(async () => {
      await stack.stop();
      await redis.remove();
    });

    it.each(["POST /api/add/task1", "GET /add/task1"])(
      "%s adds a task to the queue, and worker logs it twice",
      async (line) => {
        const [method = "", path = ""] = line.split(" ");
        const response = await fetch(`${stack.url}${path}`, { method, headers: { "x-request-id": `${method}-1` } });
        const { id } = accepted.parse(await response.json());
        expect([response.status, response.headers.get("location")]).toEqual([202, `/api/tasks/${id}`]);
        expect(response.headers.get("cache-control")).toBe("no-store");
        const done = await until(stack, `/api/tasks/${id}`, isCompleted);
        expect(done).toMatchObject({ id, task: "task1", attempts: 1, requestId: `${method}-1` });
        await stack.worker.waitFor(new RegExp(`"id":"${id}".*"Completed task"`));
        const lines = linesOf(stack.worker, id).map(({ msg, requestId }) => [msg, requestId]);
        expect(lines).toEqual([
          ["Processing task", `${method}-1`],
          ["Completed task", `${method}-1`],
        ]);
      },
    );

    it("a task with a text has the answer of /analyze as its result, and no log line has the text", async () => {
      const response = await stack.post("/api/add/caf%C3%A9%20%F0%9F%91%A9", { text: "Zimtstern 81" });
      const { id } = accepted.parse(await response.json());
      const done = task.parse(await until(stack, `/api/tasks/${id}`, isCompleted));
      expect(done.task).toBe("café 👩");
      expect(done.result).toEqual({ processed_text: "Word Count: 2 | Reverse: 18 nretstmiZ" });
      expect(stack.web.output() + stack.worker.output()).not.toContain("Zimtstern");
    });

    it.each([
      ["of 129 bytes", "a".repeat(129)],
      ["of 65 letters with two bytes each", "%C3%A9".repeat(65)],
      ["with a control character", "a%07b"],
      ["with a line feed", "a%0Ab"],
      ["with a C1 control", "a%C2%85b"],
    ])("answers a name %s with 422", async (_, name) => {
      const response = await stack.post(`/api/add/${name}`);
      expect(response.status).toBe(422);
      expect(problem.parse(await response.json()).type).toBe("urn:analyze:problem:invalid-field");
    });

    it("accepts a name of 128 bytes", async () => {
      expect((await stack.post(`/api/add/${"%C3%A9".repeat(64)}`)).status).toBe(202);
    });

    it("answers a name that is not UTF-8 with 400, and a wrong body with 422", async () => {
      expect((await stack.post("/api/add/%C3")).status).toBe(400);
      expect((await stack.post("/api/add/task1", { text: 1 })).status).toBe(422);
      expect((await stack.post("/api/add/task1", { texts: "" })).status).toBe(422);
    });

    it("gives a retry with the same Idempotency-Key the same task and answer, and another request 422", async () => {
      const key = { "idempotency-key": '"once-1"' };
      const first = await stack.post("/api/add/keyed", text, key);
      const { id } = accepted.parse(await first.json());
      await until(stack, `/api/tasks/${id}`, isCompleted);
      const second = await stack.post("/api/add/keyed", text, key);
      expect([second.status, second.headers.get("location")]).toEqual([202, first.headers.get("location")]);
      expect(await second.json()).toEqual({ id, state: "waiting" });
      for (const [path, body] of [
        ["/api/add/keyed", { text: "other" }],
        ["/api/add/other", text],
      ] as const) {
        expect((await stack.post(path, body, key)).status).toBe(422);
      }
      await stack.worker.waitFor(new RegExp(`"id":"${id}".*"Completed task"`));
      expect(linesOf(stack.worker, id).filter(({ msg }) => msg === "Processing task")).toHaveLength(1);
    });

    it.each(["once", '""', '"a', '"a" "b"', '"é"', `"${"a".repeat(256)}"`])(
      "answers the invalid Idempotency-Key %j with 400",
      async (key) => {
        const headers = { "idempotency-key": Buffer.from(key).toString("latin1") };
        expect((await stack.post("/api/add/task1", undefined, headers)).status).toBe(400);
      },
    );

    it("gives every task without a key a new ID, whatever the request ID", async () => {
      const headers = { "x-request-id": "same" };
      const ids = await Promise.all(
        [1, 2].map(
          async () => accepted.parse(await (await stack.post("/api/add/task1", undefined, headers)).json()).id,
        ),
      );
      expect(ids[0]).not.toBe(ids[1]);
    });

    it("answers an analysis with Prefer: respond-async at once, and later with the body of the synchronous answer", async () => {
      const response = await stack.post("/analyze", text, respondAsync);
      expect([response.status, response.headers.get("preference-applied")]).toEqual([202, "respond-async"]);
      const location = response.headers.get("location") ?? "";
      expect(location).toMatch(/^\/analyze\/a[A-Za-z0-9_-]{22}$/);
      await until(stack, location, isAnswer);
      const synchronous = await stack.post("/analyze", text);
      expect(await (await stack.get(location)).text()).toBe(await synchronous.text());
    });

    it.each([
      ["", "edge-1"],
      [", also one that web does not keep", "edge 1, of a caller"],
    ])(
      "creates one job for an analysis that an edge retries with the same request ID and body%s",
      async (_, requestId) => {
        const headers = { ...respondAsync, "x-request-id": requestId };
        const locations = await Promise.all(
          [text, text, { text: "another" }].map(async (body) =>
            (await stack.post("/analyze", body, headers)).headers.get("location"),
          ),
        );
        expect(locations[0]).toBe(locations[1]);
        expect(locations[0]).not.toBe(locations[2]);
      },
    );

    it.each(["respond-async, wait=10", "handling=lenient, Respond-Async", "respond-async; foo"])(
      "understands Prefer: %s",
      async (prefer) => {
        expect((await stack.post("/analyze", text, { prefer })).status).toBe(202);
      },
    );

    it.each(["respond-asynchronously", "return=minimal", 'foo="respond-async"'])(
      "does not treat Prefer: %s as respond-async",
      async (prefer) => {
        const response = await stack.post("/analyze", text, { prefer });
        expect([response.status, response.headers.get("preference-applied")]).toEqual([200, null]);
      },
    );

    it("answers 404 for unknown IDs of tasks and analyses", async () => {
      const { id } = accepted.parse(await (await stack.post("/api/add/task1")).json());
      for (const path of ["/api/tasks/t1", `/api/tasks/t${"A".repeat(22)}`, "/analyze/meta", `/analyze/${id}`]) {
        expect([path, (await stack.get(path)).status]).toEqual([path, 404]);
      }
    });

    it("lists the tasks of a state in pages, newest first", async () => {
      const ids: string[] = [];
      for (let n = 0; n < 30; n++) {
        const { id } = accepted.parse(await (await stack.post(`/api/add/listed-${n}`)).json());
        ids.unshift(id);
      }
      const last = `/api/tasks/${ids[0]}`;
      await until(stack, last, isCompleted);
      const first = taskPage.parse(await (await stack.get("/api/tasks?state=completed")).json());
      expect(first.tasks).toHaveLength(25);
      const second = taskPage.parse(await (await stack.get(`/api/tasks?state=completed&cursor=${first.next}`)).json());
      const listed = [...first.tasks, ...second.tasks].filter(({ task: name }) => name.startsWith("listed-"));
      expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(ids));
      expect((await stack.get("/api/tasks?state=gone")).status).toBe(400);
      expect((await stack.get("/api/tasks?cursor=-1")).status).toBe(400);
    });

    it("shows depth, age and outcomes in its metrics, with every label from the start", async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${stack.web.metricsPort}/metrics`)).text();
      expect(metrics).toMatch(/^analyze_queue_redis_up 1$/m);
      expect(metrics).toMatch(/^analyze_queue_jobs\{state="completed"\} [1-9]\d*$/m);
      expect(metrics).toMatch(/^analyze_queue_adds_total\{kind="task",outcome="full"\} 0$/m);
      const consumer = await (await fetch(`http://127.0.0.1:${stack.worker.metricsPort}/metrics`)).text();
      expect(consumer).toMatch(/^analyze_tasks_completed_total\{kind="task"\} [1-9]\d*$/m);
      expect(consumer).toMatch(/^analyze_tasks_failed_total\{final="true"\} 0$/m);
    });
  });
});
