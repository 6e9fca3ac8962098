import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@analyze/certs";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readSettings, SettingsError } from "../settings.ts";
import { traceSettingsOf, traceVariables } from "./settings.ts";

const schema = z.object(traceVariables);
const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
const ownEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const folder = mkdtempSync(join(tmpdir(), "analyze-otel-"));
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(environment: Record<string, string>) {
  return traceSettingsOf(readSettings(schema, environment));
}

function faultOf(environment: Record<string, string>): string {
  try {
    settingsOf(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "";
}

describe("the settings of tracing", () => {
  it.each([
    ["without an endpoint", {}],
    ["with an empty endpoint", { [endpoint]: "" }],
    ["with a sampler alone", { OTEL_TRACES_SAMPLER: "always_on" }],
    ["with OTEL_SDK_DISABLED", { [endpoint]: "http://collector:4318", OTEL_SDK_DISABLED: "True" }],
    ["with the exporter none", { [endpoint]: "http://collector:4318", OTEL_TRACES_EXPORTER: "none" }],
  ])("turn it off %s", (_, environment) => {
    expect(settingsOf(environment)).toBeUndefined();
  });

  it.each([
    ["http://collector:4318", "http://collector:4318/v1/traces"],
    ["https://otlp.example/base/", "https://otlp.example/base/v1/traces"],
  ])("turn it on with %s, and take every trace", (given, url) => {
    expect(settingsOf({ [endpoint]: given })).toEqual({ url, headers: {}, sampler: "parentbased_always_on", ratio: 1 });
  });

  it.each([
    ["http://collector:4318/own", "http://collector:4318/own"],
    ["http://collector:4318/own/", "http://collector:4318/own/"],
    ["https://otlp.example", "https://otlp.example"],
  ])("take the URL of traces, %s, as it is, before the one of all signals", (own, url) => {
    expect(settingsOf({ [endpoint]: "http://other:4318", [ownEndpoint]: own })).toMatchObject({ url });
    expect(settingsOf({ [ownEndpoint]: own })).toMatchObject({ url });
  });

  it("take the CA and the headers of traces before those of all signals", async () => {
    const [all, own] = await Promise.all(
      ["all", "own"].map(async (name) => {
        const { certificate: ca } = await createAuthority({ hosts: ["localhost"] });
        writeFileSync(join(folder, name), ca);
        return { file: join(folder, name), ca };
      }),
    );
    const both = { [endpoint]: "https://c", OTEL_EXPORTER_OTLP_CERTIFICATE: `${all?.file}` };
    expect(settingsOf(both)).toMatchObject({ ca: all?.ca });
    const read = settingsOf({
      ...both,
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: `${own?.file}`,
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=one,authorization=all",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "Authorization=own",
    });
    expect(read).toMatchObject({ ca: own?.ca, headers: { "x-team": "one", authorization: "own" } });
  });

  it.each(["", "s3cret", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----\n"])(
    "refuse a CA file without a certificate (%j), and do not quote it",
    (content) => {
      const file = join(folder, "not-a-ca.pem");
      writeFileSync(file, content);
      const fault = faultOf({ [endpoint]: "https://c", OTEL_EXPORTER_OTLP_CERTIFICATE: file });
      expect(fault).toMatch(/OTEL_EXPORTER_OTLP_CERTIFICATE="[^"]+" holds no certificate/);
      expect(fault).not.toContain("s3cret");
    },
  );

  it("take headers, whose values are percent-encoded", () => {
    const OTEL_EXPORTER_OTLP_HEADERS = "Authorization=Bearer%20a%3Db, x-team=one";
    const headers = { authorization: "Bearer a=b", "x-team": "one" };
    expect(settingsOf({ [endpoint]: "http://c", OTEL_EXPORTER_OTLP_HEADERS })).toMatchObject({ headers });
  });

  it.each(["s3cret", "a=s3cret%zz", "a=s3cret%0d%0ab: c", "a b=s3cret", "=s3cret", "a=s3cret,,"])(
    "refuse the headers %s, and do not quote them",
    (OTEL_EXPORTER_OTLP_HEADERS) => {
      const fault = faultOf({ [endpoint]: "http://c", OTEL_EXPORTER_OTLP_HEADERS });
      expect(fault).toMatch(/OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs/);
      expect(fault).not.toContain("s3cret");
    },
  );

  it("take the standard sampler and its share", () => {
    const sampled = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.01" };
    expect(settingsOf({ [endpoint]: "http://c", ...sampled })).toMatchObject({ ratio: 0.01 });
  });

  it.each([
    [endpoint, "http://me:s3cret@collector:4318"],
    [endpoint, "https://otlp.example?key=s3cret"],
    [endpoint, "https://otlp.example#s3cret"],
    [endpoint, "s3cret"],
    [ownEndpoint, "https://me:s3cret@collector/v1/traces"],
    [endpoint, "ftp://s3cret"],
    [endpoint, "-----BEGIN PRIVATE KEY-----\ns3cret"],
  ])("refuse %s=%s, and do not quote it", (name, value) => {
    expect(faultOf({ [name]: value })).toMatch(/OTEL_EXPORTER_OTLP_(?:TRACES_)?ENDPOINT must be an http/);
    expect(faultOf({ [name]: value })).not.toContain("s3cret");
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", /cannot be read: name a file/],
    ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "/nowhere/ca.pem", /cannot be read: name a file/],
    ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc", /must be http\/json/],
    ["OTEL_TRACES_EXPORTER", "zipkin", /must be otlp or none/],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", /must be http\/json/],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", /must be one of always_on, always_off, traceidratio/],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", /must be a share from 0 to 1/],
    ["OTEL_TRACES_SAMPLER_ARG", "1e-2", /must be a share from 0 to 1/],
  ])("refuse %s=%s with what to set instead", (name, value, message) => {
    expect(faultOf({ [endpoint]: "http://c", [name]: value })).toMatch(message);
  });
});
