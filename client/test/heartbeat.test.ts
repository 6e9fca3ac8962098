import { once } from "node:events";
import { createServer, type Server } from "node:https";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBench, type Bench } from "./running.ts";

const secret = "5a1d7e3c-uuid";
let bench: Bench;
let dir: string;
let server: Server;
let calls: string[] = [];
let silent = false;
let settings: Record<string, string>;

beforeAll(async () => {
  bench = await openBench();
  dir = mkdtempSync(join(tmpdir(), "heartbeat-"));
  const authority = await createAuthority({ hosts: ["localhost"] });
  const leaf = await issueServerLeaf(authority, { hosts: ["localhost"] });
  server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    calls.push(request.url ?? "");
    if (!silent) response.end("OK");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  writeFileSync(join(dir, "ca.crt"), authority.certificate);
  settings = {
    ANALYZE_HEARTBEAT_URL: `https://localhost:${port}/${secret}`,
    ANALYZE_HEARTBEAT_CA_FILE: join(dir, "ca.crt"),
    ANALYZE_METRICS_FILE: join(dir, "analyze.prom"),
  };
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await bench.close();
  rmSync(dir, { recursive: true });
});

it("is called for the start and for each line on the disk, and its URL is never written", async () => {
  const client = bench.start(settings);
  await expect.poll(() => calls, { timeout: 20_000 }).toContain(`/${secret}`);
  expect(calls[0]).toBe(`/${secret}/start`);
  await client.stop();
  expect(bench.text()).not.toMatch(/beat=|uuid/);
  expect(client.output()).not.toContain("uuid");
});

it("delays no probe while it does not answer, and marks the lines after its failure", async () => {
  [calls, silent] = [[], true];
  const client = bench.start(settings);
  await client.waitFor(/ beat=failed /, 30_000);
  await client.stop();
  const slots = client.output().match(/^\S+ (?=ok|flaky)/gm) ?? [];
  const seconds = slots.map((slot) => Date.parse(slot.trim()) / 1000);
  expect(seconds.length).toBeGreaterThan(3);
  expect(seconds).toEqual(seconds.map((_, index) => (seconds[0] ?? 0) + index));
  expect(client.output().match(/heartbeat fails/g)).toHaveLength(1);
  expect(client.output()).not.toContain("uuid");
});
