import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readSettings, SettingsError } from "./settings.ts";

const number = z.string().regex(/^\d+$/, "must be a number");
const none = z.never({ error: "cannot be used" }).optional();

function faultsOf(environment: Record<string, string>, schema: z.ZodType): string {
  try {
    readSettings(schema, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "";
}

describe("readSettings", () => {
  it("names every fault at once, each with its value", () => {
    expect(faultsOf({ PORT: "x", LIMIT: "-1" }, z.object({ PORT: number, LIMIT: number }))).toBe(
      'Invalid settings:\n  PORT="x" must be a number\n  LIMIT="-1" must be a number',
    );
  });

  it("treats an empty variable as not set", () => {
    expect(readSettings(z.object({ PORT: number.default("80") }), { PORT: "" })).toEqual({ PORT: "80" });
  });

  it("reports a missing setting without a value", () => {
    const required = z.object({ PORT: z.string("is not set: give a port") });
    expect(faultsOf({}, required)).toBe("Invalid settings:\n  PORT is not set: give a port");
  });

  it.each([
    ["WORKER_URL", "http://user:s3cret@worker"],
    ["WORKER_URL", "s3cret"],
    ["REDIS_URL", "redis://:s3cret@redis:6379"],
    ["API_TOKEN", "s3cret"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector?key=s3cret"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "authorization=s3cret"],
    ["MONGODB_PASSWORD", "s3cret"],
    ["ANALYZE_ADDRESS", "me:s3cret@192.0.2.7"],
    ["HOST", "https://me:s3cret@host"],
    ["ANALYZE_HOOK", "curl -H s3cret"],
    ["TLS_KEY", "s3cret"],
    ["TLS_KEY_FILE", "-----BEGIN PRIVATE KEY-----\ns3cret"],
  ])("never quotes a value that can carry a secret: %s=%s", (name, value) => {
    const message = faultsOf({ [name]: value }, z.object({ [name]: none }));
    expect(message).toContain(`${name} cannot be used`);
    expect(message).not.toContain("s3cret");
  });

  it("quotes the name of a file", () => {
    const message = faultsOf({ TLS_KEY_FILE: "/tls/key.pem" }, z.object({ TLS_KEY_FILE: none }));
    expect(message).toContain('TLS_KEY_FILE="/tls/key.pem" cannot be used');
  });
});
