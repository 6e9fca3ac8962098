import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig, type PinnedAddress } from "./config.ts";

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

test("without any setting the client probes the default host each minute and writes to /var/log", () => {
  const config = readConfig({});
  expect(config.url.href).toBe("https://analyze.test/analyze");
  expect(config).toMatchObject({ schedule: "* * * * *", log: "/var/log/analyze.log", probe: "analyze", ca: undefined });
  expect(config.texts.length).toBeGreaterThan(0);
});

test("an empty variable is as good as none", () => {
  expect(readConfig({ ANALYZE_URL: "", ANALYZE_SCHEDULE: "" }).schedule).toBe("* * * * *");
});

test("the probe chooses the path, unless the URL has one", () => {
  expect(readConfig({ ANALYZE_PROBE: "random" }).url.pathname).toBe("/random");
  expect(readConfig({ ANALYZE_URL: "https://a.test/v2/analyze" }).url.pathname).toBe("/v2/analyze");
});

function address(text: string): PinnedAddress | undefined {
  return readConfig({ ANALYZE_ADDRESS: text }).address;
}

test("an address is taken with and without port, of both families", () => {
  expect(address("192.0.2.7")).toEqual({ ip: "192.0.2.7", family: 4, port: undefined });
  expect(address("192.0.2.7:8443")).toEqual({ ip: "192.0.2.7", family: 4, port: 8443 });
  expect(address("2001:db8::7")).toEqual({ ip: "2001:db8::7", family: 6, port: undefined });
  expect(address("[2001:db8::7]:8443")).toEqual({ ip: "2001:db8::7", family: 6, port: 8443 });
});

test("a text file gives one text per line, without empty lines and without a byte order mark", () => {
  expect(readConfig({ ANALYZE_TEXT_FILE: file("texts", "\uFEFFone\n\ntwo words\r\n") }).texts).toEqual([
    "one",
    "two words",
  ]);
});

describe("what is wrong is said with its name, its value and what to do", () => {
  test.each([
    [{ ANALYZE_URL: "http://a.test" }, /ANALYZE_URL .*use https/],
    [{ ANALYZE_URL: "a.test" }, /is not a URL/],
    [{ ANALYZE_URL: "https://me:secret@a.test" }, /must not carry a user/],
    [{ ANALYZE_ADDRESS: "a.test" }, /is not an IP address/],
    [{ ANALYZE_ADDRESS: "192.0.2.7:99999" }, /is not an IP address/],
    [{ ANALYZE_SCHEDULE: "61 * * * *" }, /cron expression.*61/],
    [{ ANALYZE_SCHEDULE: "*/90 * * * *" }, /cron expression.*step above 60/],
    [{ ANALYZE_MAINTENANCE: "sundays" }, /ANALYZE_MAINTENANCE="sundays" is not usable: .*a window \(0 3 \* \* 0 2h\)/],
    [{ ANALYZE_PROBE: "ping" }, /ANALYZE_PROBE="ping"/],
    [{ ANALYZE_CA_FILE: "/nowhere/ca.crt" }, /cannot be read: ENOENT/],
    [{ ANALYZE_CLIENT_CERT_FILE: "/dev/null" }, /belong together/],
    [{ ANALYZE_TEXT_FILE: "/dev/null" }, /one text per line/],
  ])("%o", (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });

  test("all at once", () => {
    expect(() => readConfig({ ANALYZE_URL: "x", ANALYZE_PROBE: "y" })).toThrow(/ANALYZE_URL.*\n.*ANALYZE_PROBE/);
  });
});

test("a file that is no certificate, and a leaf in the place of its CA, are refused", async () => {
  expect(() => readConfig({ ANALYZE_CA_FILE: file("not.crt", "hello") })).toThrow(/not a certificate in PEM form/);
  const authority = await createAuthority({ hosts: ["a.test"] });
  const leaf = await issueServerLeaf(authority, { hosts: ["a.test"] });
  expect(() => readConfig({ ANALYZE_CA_FILE: file("leaf.crt", leaf.certificate) })).toThrow(/leaf certificate/);
  expect(readConfig({ ANALYZE_CA_FILE: file("ca.crt", authority.certificate) }).ca).toBe(authority.certificate);
});
