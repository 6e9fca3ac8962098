import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueClientLeaf } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { begin } from "../../test/log-lines.ts";
import { formatLine } from "../line/format.ts";
import { parseLine } from "../line/parse.ts";
import { readConfig, type Config } from "./config.ts";
import { startLine } from "./start-line.ts";

const now = begin + 999;
let dir: string;
const pem: Record<string, string> = {};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "start-line-"));
  for (const [name, days] of Object.entries({ soon: 10.5, later: 300, past: -3, longPast: -30 })) {
    const dates = { notBefore: new Date(begin - 400 * day), notAfter: new Date(begin + days * day) };
    pem[name] = (await createAuthority({ hosts: ["analyze.test"], ...dates })).certificate;
  }
});
afterAll(() => rmSync(dir, { recursive: true }));

const config: Config = readConfig({}, { now, execArgv: [] });

function lineOf(over: Partial<Config> = {}) {
  return startLine({ ...config, ...over }, "1.2.3", now);
}

function file(name: string, content: string): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

function fingerprint(name: string): string {
  return new X509Certificate(pem[name] ?? "").fingerprint256.replaceAll(":", "").toLowerCase().slice(0, 16);
}

it("has the settings, the second, the version and the process, and is read back as it was written", () => {
  const line = lineOf({ address: { ip: "2001:db8::7", family: 6, port: 8443 }, ca: pem["later"] });
  expect(line).toEqual({
    kind: "start",
    time: begin,
    version: "1.2.3",
    url: "https://analyze.test/analyze",
    addr: "2001:db8::7 port 8443",
    schedule: "* * * * *",
    ca: fingerprint("later"),
    cert: 299,
    config: expect.stringMatching(/^[\da-f]{8}$/),
    host: hostname(),
    pid: process.pid,
  });
  expect(parseLine(formatLine(line).trimEnd())).toEqual(line);
});

it("shows neither the query of the URL nor a port that is not pinned", () => {
  const line = lineOf({
    url: new URL("https://a.test/analyze?token=secret"),
    address: { ip: "192.0.2.7", family: 4, port: undefined },
  });
  expect([line.url, line.addr]).toEqual(["https://a.test/analyze?…", "192.0.2.7"]);
});

it.each<[names: string[], shown: string | undefined, days: number | undefined]>([
  [[], undefined, undefined],
  [["later"], "later", 299],
  [["later", "soon"], "soon", 10],
  // An expired one next to a valid one is no fault.
  [["past", "later", "soon"], "soon", 10],
  [["past", "longPast"], "longPast", -31],
])("of the CAs %j it shows %s, with %s days", (names, shown, days) => {
  const { ca, cert } = lineOf({ ca: names.map((name) => pem[name]).join("") || undefined });
  expect([ca, cert]).toEqual([shown && fingerprint(shown), days]);
});

it("a setting that changes changes the hash of the settings", async () => {
  const clients = await createAuthority({ now: new Date(now) });
  const { certificate, key } = await issueClientLeaf(clients, { commonName: "c", now: new Date(now) });
  const [ca, cert, keyFile] = [file("ca.crt", pem["later"] ?? ""), file("c.crt", certificate), file("c.key", key)];
  const changes: Record<string, string>[] = [
    {},
    { ANALYZE_URL: "https://b.test" },
    { ANALYZE_URL: "https://analyze.test/analyze?token=a" },
    { ANALYZE_URL: "https://analyze.test/analyze?token=b" },
    { ANALYZE_PLACE: "compose" },
    { ANALYZE_PROBE: "random" },
    { ANALYZE_CA_FILE: ca },
    { ANALYZE_ADDRESS: "192.0.2.7" },
    { ANALYZE_ADDRESS: "192.0.2.7:8443" },
    { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: keyFile },
    { ANALYZE_SCHEDULE: "*/5 * * * *" },
    { ANALYZE_TEXT_FILE: file("texts", "Ада 👩‍👧\n") },
    { ANALYZE_MAINTENANCE: "0 3 * * 0 2h" },
    { ANALYZE_MAINTENANCE: "0 3 * * 0 3h" },
    { ANALYZE_MAINTENANCE: "/run/analyze/maintenance" },
    { ANALYZE_DOWN_AFTER: "4" },
    { ANALYZE_HOOK: "true" },
    { ANALYZE_METRICS_FILE: "/tmp/a.prom" },
    { ANALYZE_HEARTBEAT_URL: "https://a.test/1" },
    { ANALYZE_HEARTBEAT_URL: "https://a.test/2" },
    { ANALYZE_LOG: "/tmp/a.log" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_EXPORTER_OTLP_HEADERS: "a=b" },
  ];
  const runtime = { now, execArgv: [] };
  const hashes = changes.map((env) => startLine(readConfig(env, runtime), "1.2.3", now).config);
  expect(new Set(hashes).size).toBe(changes.length);
  expect(startLine(readConfig({}, runtime), "1.2.4", now + day).config).toBe(hashes[0]);
});

it("the private key is neither in the line nor in the hash", () => {
  const identity = { cert: "CERTIFICATE", key: "PRIVATE" };
  const [line, other] = [lineOf({ identity }), lineOf({ identity: { ...identity, key: "OTHER" } })];
  expect(line.config).toBe(other.config);
  expect(JSON.stringify(line)).not.toContain("PRIVATE");
});
