import { expect, it } from "vitest";
import { readConfig } from "./config.ts";

it("without variables all defaults apply", () => {
  expect(readConfig({})).toEqual({
    host: "0.0.0.0",
    port: 8080,
    metricsPort: 9090,
    logLevel: "info",
    drainDelayMs: 2000,
    shutdownLimitMs: 25_000,
    workerOrigin: "http://127.0.0.1:8081",
    tls: undefined,
    redis: undefined,
    queueMaxDepth: 10_000,
    mongodb: undefined,
    dataQuota: 10_000,
    tokensFile: undefined,
    certificateHeader: undefined,
    callerRate: 50,
  });
});

it("every fault is reported at once, with its value unless that can carry a secret", () => {
  const faulty = { PORT: "80a", LOG_LEVEL: "loud", DRAIN_DELAY_MS: "-1", WORKER_URL: "worker:8081" };
  expect(() => readConfig(faulty)).toThrow(
    [
      "Invalid settings:",
      '  PORT="80a" must be a whole number from 0 to 65535',
      '  LOG_LEVEL="loud" must be one of fatal, error, warn, info, debug, trace, silent',
      '  DRAIN_DELAY_MS="-1" must be a whole number from 0 to 600000',
      "  WORKER_URL must be an http:// URL of host and port alone",
    ].join("\n"),
  );
});

it.each(["http://user:secret@worker", "http://worker/path", "https://worker", "http://worker?x=1"])(
  "%s is no WORKER_URL",
  (url) => expect(() => readConfig({ WORKER_URL: url })).toThrow(/^ {2}WORKER_URL must be/m),
);

it("an empty variable counts as not set", () => {
  expect(readConfig({ PORT: "", TLS_CERT_FILE: "" })).toMatchObject({ port: 8080, tls: undefined });
});

it.each(["0", "2000"])("a shutdown limit of %s ms with a drain delay of 2000 ms is refused", (SHUTDOWN_LIMIT_MS) => {
  expect(() => readConfig({ DRAIN_DELAY_MS: "2000", SHUTDOWN_LIMIT_MS })).toThrow(
    `SHUTDOWN_LIMIT_MS="${SHUTDOWN_LIMIT_MS}" must be greater than DRAIN_DELAY_MS, which is a part of it`,
  );
});

it.each([
  [{ API_CERTIFICATE_HEADER: "x y" }, /^ {2}API_CERTIFICATE_HEADER="x y" must be the name of a header/m],
  [
    { API_CERTIFICATE_HEADER: "X-Client-Subject", TLS_CERT_FILE: "a", TLS_KEY_FILE: "b" },
    /^ {2}API_CERTIFICATE_HEADER needs an edge that verifies client certificates/m,
  ],
])("%j is refused, because it could not identify callers", (settings, fault) => {
  expect(() => readConfig(settings)).toThrow(fault);
});

it("certificate and key must be set together", () => {
  expect(() => readConfig({ TLS_CERT_FILE: "a" })).toThrow(/TLS_CERT_FILE and TLS_KEY_FILE go together/);
  const tls = { certFile: "a", keyFile: "b" };
  expect(readConfig({ TLS_CERT_FILE: "a", TLS_KEY_FILE: "b" }).tls).toEqual(tls);
});
