import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readSettings, SettingsError } from "../settings.ts";
import { traceSettingsOf, traceVariables } from "./settings.ts";

const schema = z.object(traceVariables);
const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

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
  ])("turn it off %s", (_, environment) => {
    expect(settingsOf(environment)).toBeUndefined();
  });

  it.each([
    ["http://collector:4318", "http://collector:4318/v1/traces"],
    ["https://otlp.example/base/", "https://otlp.example/base/v1/traces"],
  ])("turn it on with %s, and take every trace", (given, url) => {
    expect(settingsOf({ [endpoint]: given })).toEqual({ url, headers: {}, sampler: "parentbased_always_on", ratio: 1 });
  });

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
    [endpoint, "ftp://s3cret"],
    [endpoint, "-----BEGIN PRIVATE KEY-----\ns3cret"],
  ])("refuse %s=%s, and do not quote it", (name, value) => {
    expect(faultOf({ [name]: value })).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT must be an http/);
    expect(faultOf({ [name]: value })).not.toContain("s3cret");
  });

  it.each([
    ["OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", /cannot be read: name a file/],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", /must be http\/json/],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote", /must be one of always_on, always_off, traceidratio/],
    ["OTEL_TRACES_SAMPLER_ARG", "1.5", /must be a share from 0 to 1/],
    ["OTEL_TRACES_SAMPLER_ARG", "1e-2", /must be a share from 0 to 1/],
  ])("refuse %s=%s with what to set instead", (name, value, message) => {
    expect(faultOf({ [endpoint]: "http://c", [name]: value })).toMatch(message);
  });
});
