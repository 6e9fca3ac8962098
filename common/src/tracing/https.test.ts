import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { readSettings } from "../settings.ts";
import { traceSettingsOf, traceVariables } from "./settings.ts";
import { startTracing } from "./start.ts";
import type { SpanCounts } from "./tracer.ts";

let folder: string;
let server: Server;
let base: string;
let received: [path: string | undefined, authorization: string | undefined][];

async function authorityIn(file: string) {
  const authority = await createAuthority({ hosts: ["localhost"] });
  writeFileSync(file, authority.certificate);
  return authority;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "analyze-otlp-"));
  const own = await authorityIn(join(folder, "own.crt"));
  await authorityIn(join(folder, "other.crt"));
  const leaf = await issueServerLeaf(own, { hosts: ["localhost"] });
  server = createServer({ cert: leaf.certificate, key: leaf.key }, async (request, response) => {
    await buffer(request);
    received.push([request.url, request.headers.authorization]);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  base = `https://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
});
beforeEach(() => void (received = []));
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Sends one span with these variables; returns what became of it, and the reports of a change. */
async function sent(environment: Record<string, string>): Promise<[counts: SpanCounts, changes: boolean[]]> {
  const changes: boolean[] = [];
  const settings = traceSettingsOf(readSettings(z.object(traceVariables), environment));
  const source = { service: "x", version: "1", onChange: (isWorking: boolean) => void changes.push(isWorking) };
  const tracing = await startTracing(settings, source);
  if (tracing === undefined) throw new Error("tracing is off");
  tracing.start("server", "GET").end();
  await tracing.close();
  await vi.waitFor(() => expect(tracing.counts.sent + tracing.counts.failed).toBe(1), { timeout: 15_000 });
  return [tracing.counts, changes];
}

it.each<[title: string, environment: (base: string) => Record<string, string>, path: string]>([
  ["all signals", (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: url }), "/v1/traces"],
  ["all signals, with a path", (url) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp/` }), "/otlp/v1/traces"],
  ["traces alone", (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/own` }), "/own"],
  ["traces alone, without a path", (url) => ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url }), "/"],
])("spans reach an https receiver of an own CA with their headers: endpoint of %s", async (_, environment, path) => {
  const [counts, changes] = await sent({
    ...environment(base),
    OTEL_EXPORTER_OTLP_CERTIFICATE: join(folder, "own.crt"),
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t0ken",
  });
  expect([counts, changes]).toEqual([{ sent: 1, failed: 0, dropped: 0 }, []]);
  expect(received).toEqual([[path, "Bearer t0ken"]]);
});

it.each([
  ["of another CA", { OTEL_EXPORTER_OTLP_CERTIFICATE: "other.crt" }],
  ["without the CA", {}],
])("no span and no header reach an https receiver that is not trusted: %s", async (_, { ...given }) => {
  const files = Object.entries(given).map(([name, file]) => [name, join(folder, file)] as const);
  const [counts, changes] = await sent({
    OTEL_EXPORTER_OTLP_ENDPOINT: base,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20t0ken",
    ...Object.fromEntries(files),
  });
  expect([counts, changes]).toEqual([{ sent: 0, failed: 1, dropped: 0 }, [false]]);
  expect(received).toEqual([]);
});
