import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { runHostileTable } from "./run.ts";
import { holdOpen, slowWays } from "./slow.ts";

let pair: ServicePair;

beforeAll(async () => {
  pair = await startServicePair();
});

afterAll(() => pair.stop());

/** Resident memory in MiB. */
function residentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) / 1024;
}

/** Milliseconds of one good request. */
async function timeOne(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"text":"x"}',
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  return performance.now() - started;
}

describe.each(["web", "worker"] as const)("%s under hostile callers", (name) => {
  test("drops 300 slow connections within 10 s, and serves others meanwhile", async () => {
    const { port } = pair[name];
    const path = name === "web" ? "/analyze" : "/process";
    const held = Promise.all(
      Array.from({ length: 100 }, () => slowWays).flatMap((ways) => ways.map((way) => holdOpen(way, port, path))),
    );
    const over = new AbortController();
    void held.finally(() => over.abort());
    const times: number[] = [];
    while (!over.signal.aborted) {
      times.push(await timeOne(`http://127.0.0.1:${port}${path}`));
      await wait(20);
    }
    const lives = await held;
    expect(lives).toHaveLength(300);
    // Ten seconds, and one for a machine that does other things.
    expect(Math.max(...lives)).toBeLessThan(11_000);
    expect(times.length).toBeGreaterThan(100);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]).toBeLessThan(1000);
  });

  test.runIf(process.platform === "linux")("does not grow when the table comes again and again", async () => {
    const { port, pid, child } = pair[name];
    const again = () => runHostileTable({ name, host: "127.0.0.1", port });
    for (let pass = 0; pass < 8; pass++) await again();
    const warm = residentMib(pid);
    for (let pass = 0; pass < 12; pass++) await again();
    expect(residentMib(pid)).toBeLessThan(warm + 64);
    expect(child.exitCode).toBeNull();
  });
});
