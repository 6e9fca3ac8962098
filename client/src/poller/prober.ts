import type { Span, Tracer } from "@analyze/common/tracing/tracer";
import { hostname } from "node:os";
import type { Config } from "./config.ts";
import type { RunLine } from "../line/record.ts";
import { probe, type Allowance, type Probed, type Question } from "./probe/probe.ts";
import { runLine } from "./probe/run-line.ts";
import { readFile } from "node:fs/promises";
import { authoritiesFault } from "./settings/trust.ts";

/** Probes the service for a slot. */
export type Prober = (slot: number) => Promise<{ line: RunLine; probed: Probed }>;

/** The request ID of all attempts of a slot: host and slot, in seconds since 1970. */
function requestIdFor(slot: number, host = hostname()): string {
  return `${host.replace(/[^A-Za-z0-9-]/g, "-").slice(0, 40)}-${slot / 1000}`;
}

/** The User-Agent of every request. Some firewalls refuse requests without one. */
export function userAgentOf(version: string): string {
  return `analyze-client/${version}`;
}

/** What a prober may be given besides. */
interface ProberOptions {
  /** Gives the configuration of a slot, where files can have changed. */
  current?: () => Promise<Config>;
  tracer?: Tracer | undefined;
}

function endSpan(span: Span, { kind, hop, status, id, err }: RunLine): void {
  const attributes = { "analyze.verdict": kind, "analyze.hop": hop, "analyze.request_id": id };
  span.end({
    attributes: { ...attributes, "http.response.status_code": status },
    error: err === undefined ? undefined : hop,
  });
}

/** A prober that sends the configured texts in turn, and remembers the certificate of the last good run. */
export function createProber(
  config: Config,
  allowance: Allowance,
  version: string,
  { current = async () => config, tracer }: ProberOptions = {},
): Prober {
  let turn = 0;
  let trusted: string | undefined;
  const question = (): Question => {
    if (config.probe === "random") return { kind: "random" };
    const text = config.texts[turn % config.texts.length] ?? "";
    turn += 1;
    return { kind: "analyze", text };
  };
  return async (slot) => {
    const startedAt = Date.now();
    const requestId = requestIdFor(slot);
    const userAgent = userAgentOf(version);
    const target = await current();
    const span = tracer?.start("client", "probe");
    const asked = { target, question: question(), requestId, userAgent, traceparent: span?.traceparent };
    const probed = await probe({ ...asked, allowance, trusted });
    if (probed.verdict.err === undefined) trusted = probed.attempts.at(-1)?.certificate?.fingerprint;
    const line = runLine(slot, startedAt, requestId, probed, span?.traceId);
    if (span) endSpan(span, line);
    return { line, probed };
  };
}

/**
 * Returns the configuration with the CAs that ANALYZE_CA_FILE holds now. The file is read for each slot, so a client
 * follows the replacement of a CA without a restart. An unusable file changes nothing, and is reported once.
 */
export function followCa(config: Config, warn: (message: string) => void): () => Promise<Config> {
  const { caFile } = config;
  let current = config;
  let reported = "";
  if (caFile === undefined) return async () => config;
  return async () => {
    const [pem, fault] = await readCa(caFile);
    if (fault !== "" && fault !== reported) warn(`${caFile} ${fault}. The CAs read before stay in use.`);
    reported = fault;
    if (fault === "" && pem !== current.ca) current = { ...current, ca: pem };
    return current;
  };
}

/** The content of the file, and its fault: empty if there is none. */
async function readCa(caFile: string): Promise<[pem: string, fault: string]> {
  try {
    const pem = await readFile(caFile, "utf8");
    return [pem, authoritiesFault(pem, Date.now()) ?? ""];
  } catch (error) {
    return ["", `cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
