import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@analyze/server/contract/limits";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";
import type { PinnedAddress } from "./settings/fields.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "config-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

it("probes the default host each minute and writes to /var/log without settings", () => {
  const config = readConfig({});
  expect(config.url.href).toBe("https://analyze.test/analyze");
  expect(config).toMatchObject({ schedule: "* * * * *", log: "/var/log/analyze.log", probe: "analyze", ca: undefined });
  expect(config.texts.length).toBeGreaterThan(0);
});

it("treats an empty variable as not set", () => {
  expect(readConfig({ ANALYZE_URL: "", ANALYZE_SCHEDULE: "" }).schedule).toBe("* * * * *");
});

it("takes the path from the probe, unless the URL has one", () => {
  expect(readConfig({ ANALYZE_PROBE: "random" }).url.pathname).toBe("/random");
  expect(readConfig({ ANALYZE_URL: "https://a.test/v2/analyze" }).url.pathname).toBe("/v2/analyze");
});

function address(text: string): PinnedAddress | undefined {
  return readConfig({ ANALYZE_ADDRESS: text }).address;
}

it("accepts IPv4 and IPv6 addresses, with and without port", () => {
  expect(address("192.0.2.7")).toEqual({ ip: "192.0.2.7", family: 4, port: undefined });
  expect(address("192.0.2.7:8443")).toEqual({ ip: "192.0.2.7", family: 4, port: 8443 });
  expect(address("2001:db8::7")).toEqual({ ip: "2001:db8::7", family: 6, port: undefined });
  expect(address("[2001:db8::7]:8443")).toEqual({ ip: "2001:db8::7", family: 6, port: 8443 });
});

it.each([
  ["https://192.0.2.7", "192.0.2.7:8443"],
  ["https://[2001:db8::7]", "[2001:0db8:0:0::7]:8443"],
])("accepts beside %s the same address as %s", (ANALYZE_URL, ANALYZE_ADDRESS) => {
  expect(readConfig({ ANALYZE_URL, ANALYZE_ADDRESS }).address?.port).toBe(8443);
});

it("reads one text per line, without empty lines and without a byte order mark", () => {
  expect(readConfig({ ANALYZE_TEXT_FILE: file("texts", "\uFEFFone\n\ntwo words\r\n") }).texts).toEqual([
    "one",
    "two words",
  ]);
});

describe("readConfig names a wrong setting, its value and what to do", () => {
  it.each([
    [{ ANALYZE_URL: "http://a.test" }, /ANALYZE_URL .*use https/],
    [{ ANALYZE_URL: "a.test" }, /is not a URL/],
    [{ ANALYZE_URL: "https://me:secret@a.test" }, /must not contain a user/],
    [{ ANALYZE_ADDRESS: "a.test" }, /is not an IP address/],
    [{ ANALYZE_ADDRESS: "192.0.2.7:99999" }, /is not an IP address/],
    [{ ANALYZE_URL: "https://192.0.2.8", ANALYZE_ADDRESS: "192.0.2.7" }, /another address than the one in ANALYZE_URL/],
    [{ ANALYZE_URL: "https://[::1]", ANALYZE_ADDRESS: "192.0.2.7" }, /another address than the one in ANALYZE_URL/],
    [{ ANALYZE_SCHEDULE: "61 * * * *" }, /cron expression.*61/],
    [{ ANALYZE_SCHEDULE: "*/90 * * * *" }, /cron expression.*step above 60/],
    [{ ANALYZE_MAINTENANCE: "sundays" }, /ANALYZE_MAINTENANCE="sundays" is not usable: .*a window \(0 3 \* \* 0 2h\)/],
    [{ ANALYZE_PROBE: "ping" }, /ANALYZE_PROBE="ping" must be analyze or random/],
    [{ ANALYZE_CA_FILE: "/nowhere/ca.crt" }, /cannot be read: ENOENT/],
    [{ ANALYZE_CLIENT_KEY_FILE: "/dev/null" }, /belong together/],
    [{ ANALYZE_TEXT_FILE: "/dev/null" }, /one text per line/],
  ])("%o", (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  it("names all of them at once", () => {
    expect(() => readConfig({ ANALYZE_URL: "x", ANALYZE_PROBE: "y" })).toThrow(/ANALYZE_URL.*\n.*ANALYZE_PROBE/);
  });
});

it("refuses a text that exceeds the service's body limit as JSON", () => {
  const texts = file("escapes", "\u0001".repeat(limits.bodyBytes / 6));
  expect(() => readConfig({ ANALYZE_TEXT_FILE: texts })).toThrow(/line 1 is longer than 1048576 bytes as JSON/);
});

describe("readConfig refuses settings that can carry a secret without quoting them", () => {
  it.each([
    { ANALYZE_URL: "https://me:s3cret@a.test" },
    { ANALYZE_URL: "http://a.test/s3cret" },
    { ANALYZE_HEARTBEAT_URL: "http://hc.example/s3cret" },
    { ANALYZE_HEARTBEAT_URL: "s3cret" },
    { ANALYZE_ADDRESS: "me:s3cret@192.0.2.7" },
    { ANALYZE_CLIENT_KEY_FILE: "-----BEGIN PRIVATE KEY-----\ns3cret" },
  ])("%o", (env) => {
    expect(() => readConfig(env)).toThrow(/^Invalid settings:\n(?!.*s3cret)/s);
  });
});

it("uses the place host if none is set", () => {
  expect(readConfig({}).place).toBe("host");
  expect(readConfig({ ANALYZE_PLACE: "compose" }).place).toBe("compose");
  expect(() => readConfig({ ANALYZE_PLACE: "moon" })).toThrow(
    /ANALYZE_PLACE="moon" must be host, start, compose or kubernetes$/,
  );
});
