import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { endingSupport, supported } from "./dates.ts";

const table = [{ what: "Thing", version: "1", end: "2027-03-27", source: "https://example.org/" }];

it.each([
  ["2027-01-25T00:00:00Z", []],
  ["2027-01-27T00:00:00Z", [expect.stringContaining("Thing 1 ends in 60 days, on 2027-03-27")]],
  ["2027-03-27T23:59:59Z", [expect.stringContaining("ends in 1 day, on 2027-03-27")]],
  ["2027-03-28T00:00:00Z", [expect.stringContaining("Thing 1 ended on 2027-03-27")]],
])("at %s it reports what ends within 60 days", (now, expected) => {
  expect(endingSupport(new Date(now), table)).toEqual(expected);
});

it("keeps quiet about what has no published end", () => {
  expect(endingSupport(new Date("2099-01-01"), [{ what: "x", version: "1", end: null, source: "" }])).toEqual([]);
});

function text(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

function versionOf(what: RegExp): string {
  const found = supported.filter((one) => what.test(one.what));
  expect(found).toHaveLength(1);
  return found[0]?.version ?? "";
}

it.each<[what: RegExp, file: string, pattern: (version: string) => string]>([
  [/EKS/, "cdktf/src/stages.ts", (version) => `kubernetesVersion: "${version}"`],
  [/Node/, "package.json", (version) => `"node": "${version}.`],
  [/base image/, "Dockerfile", (version) => `ARG BASE=gcr.io/distroless/nodejs24-${version}:nonroot`],
  [/Lambda/, "cdktf/src/constructs/rotated-secret.ts", (version) => `lambdaRuntime = "${version}"`],
])("names the version of %s that %s uses", (what, file, pattern) => {
  expect(text(file)).toContain(pattern(versionOf(what)));
});

it("gives a source for every row", () => {
  for (const { source, end } of supported) {
    expect(source).toMatch(/^https:\/\//);
    expect(end === null || /^\d{4}-\d\d-\d\d$/.test(end)).toBe(true);
  }
});
