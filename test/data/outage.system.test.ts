import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { problem } from "@analyze/server/contract/wire";
import { describeWith } from "../support/requirements.ts";
import { privateDatabase, type PrivateDatabase } from "./database.ts";
import { dataStackForTest, promptly, walk, type DataStack } from "./stack.ts";

async function databaseForTest(): Promise<PrivateDatabase> {
  const database = await privateDatabase();
  onTestFinished(() => database.remove());
  return database;
}

interface Timed {
  response: Response;
  ms: number;
}

async function timed(call: () => Promise<Response>): Promise<Timed> {
  const began = performance.now();
  const response = await call();
  return { response, ms: performance.now() - began };
}

/** Retries until a document is stored, and prints the duration. */
async function untilStored(stack: DataStack): Promise<void> {
  const began = performance.now();
  for (;;) {
    const { status } = await stack.post("{}");
    if (status === 201) {
      const ms = Math.round(performance.now() - began);
      // Two seconds on an idle machine.
      process.stdout.write(`stored after ${ms} ms\n`);
      return;
    }
    if (performance.now() - began > 60_000) throw new Error(`still ${status} after a minute`);
    await wait(20);
  }
}

function median(all: number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
}

/** Each route, while MongoDB does not answer. */
async function expectUnavailable(stack: DataStack, seconds: number): Promise<void> {
  const busy = (await timed(() => stack.get("/livez"))).ms;
  const id = `d${"a".repeat(22)}`;
  const first = await timed(() => stack.post('{"a":1}'));
  expect(first.ms).toBeLessThan(1_000 + 5 * busy);
  const plain: number[] = [];
  const down: number[] = [];
  const end = performance.now() + seconds * 1_000;
  do {
    // The same path without MongoDB, for comparison: this machine may be busy.
    plain.push((await timed(() => stack.get("/livez"))).ms);
    for (const call of [
      () => stack.post("{}"),
      () => stack.get("/data"),
      () => stack.get(`/data/${id}`),
      () => stack.remove(id),
    ]) {
      const { response, ms } = await timed(call);
      down.push(ms);
      expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
      const { type, detail } = problem.parse(await response.json());
      expect([type, detail]).toEqual([
        "urn:analyze:problem:dependency-unavailable",
        expect.stringMatching(/^MongoDB cannot be used \(\w+\)\.$/),
      ]);
    }
    await wait(50);
  } while (performance.now() < end);
  expect(median(down)).toBeLessThan(5 + 4 * median(plain));
  expect(await (await stack.get("/readyz")).json()).toEqual({ status: "ready", data: "unavailable" });
  expect((await stack.get("/random")).status).toBe(200);
}

describeWith(["ferretdb"], "an outage of MongoDB (FerretDB in its place)", () => {
  it.each([1, 8])("of %d s: 503 at once after the first request, and recovery soon after its end", async (seconds) => {
    const database = await databaseForTest();
    await database.start();
    const stack = await dataStackForTest(database.url, promptly);
    await untilStored(stack);
    const ids = (await walk(stack)).map(({ id }) => id);
    database.signal("SIGKILL");
    await database.program.ended;
    await expectUnavailable(stack, seconds);
    await database.start();
    await untilStored(stack);
    expect(await (await stack.get("/readyz")).json()).toEqual({ status: "ready", data: "available" });
    expect((await walk(stack)).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    expect(stack.web.output().match(/"msg":"mongodb cannot be used"/g)?.length).toBeLessThan(10);
  });

  it("that began before web: web starts, and works soon after MongoDB returns", async () => {
    const database = await databaseForTest();
    const stack = await dataStackForTest(database.url, promptly);
    await expectUnavailable(stack, 1);
    await database.start();
    await untilStored(stack);
    expect(await (await stack.get("/readyz")).json()).toEqual({ status: "ready", data: "available" });
  });

  it("without any answer: 503 within a second, and its address shows later whether the document was stored", async () => {
    const database = await databaseForTest();
    await database.start();
    const stack = await dataStackForTest(database.url, promptly);
    await untilStored(stack);
    database.signal("SIGSTOP");
    const busy = (await timed(() => stack.get("/livez"))).ms;
    const { response, ms } = await timed(() => stack.post('{"silent":true}'));
    expect(ms).toBeLessThan(1_000 + 5 * busy);
    const location = response.headers.get("location") ?? "";
    expect([response.status, location]).toEqual([503, expect.stringMatching(/^\/data\/d/)]);
    expect(problem.parse(await response.json()).detail).toContain(
      `may have been stored all the same: GET ${location} tells`,
    );
    expect((await timed(() => stack.get("/data"))).response.status).toBe(503);
    database.signal("SIGCONT");
    await untilStored(stack);
    expect((await stack.get(location)).status).toBeOneOf([200, 404]);
  });

  it("by a wrong password: no answer, log line or setting shows the right one", async () => {
    const database = await databaseForTest();
    await database.start();
    const stack = await dataStackForTest(database.url, { ...promptly, MONGODB_PASSWORD: "wrong-password" });
    await expectUnavailable(stack, 1);
    const shown = [await (await stack.get("/config")).text(), stack.web.output()].join("\n");
    expect(shown).toContain("AuthenticationFailed");
    expect(shown).not.toMatch(/wrong-password|pass-for-tests|mongodb:\/\//);
  });
});

it("without MONGODB_URL, each route answers 503 and names the setting", async () => {
  const stack = await dataStackForTest("");
  for (const call of [
    () => stack.post("{}"),
    () => stack.get("/data"),
    () => stack.get("/data/x"),
    () => stack.remove("x"),
  ]) {
    const response = await call();
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3600"]);
    const { type, detail } = problem.parse(await response.json());
    expect(type).toBe("urn:analyze:problem:switched-off");
    expect(detail).toContain("MONGODB_URL");
  }
  expect(await (await stack.get("/readyz")).json()).toEqual({ status: "ready" });
});
