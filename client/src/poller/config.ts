import { SettingsError, settingsFaults, setVariables, type Environment } from "@analyze/common/settings";
import { traceSettingsOf, traceVariables, type TraceSettings } from "@analyze/common/tracing/settings";
import { isIP } from "node:net";
import { z } from "zod";
import type { PlannedTimes } from "./schedule/maintenance.ts";
import * as field from "./settings/fields.ts";
import { authoritiesFault, clientCertificateFault, clientKeyFault, type ClientIdentity } from "./settings/trust.ts";
import { weakeningFaults } from "./settings/runtime.ts";

/** Where the client runs; decides which commands a hint names. */
export const places = ["host", "start", "compose", "kubernetes"] as const;
export type Place = (typeof places)[number];

/** What the client runs with. */
export interface Config {
  /** Full URL of the probed endpoint, always https. */
  url: URL;
  place: Place;
  probe: "analyze" | "random";
  /** PEM of the trusted CA or CAs; undefined: only Node's bundled roots. */
  ca: string | undefined;
  caFile: string | undefined;
  address: field.PinnedAddress | undefined;
  identity: ClientIdentity | undefined;
  schedule: string;
  /** Texts to send, one per slot, in rotation; never empty. */
  texts: string[];
  log: string;
  /** When failures are planned. */
  maintenance: PlannedTimes;
  /** Consecutive failures that make an outage. */
  downAfter: number;
  /** Command line to run on each change of state. */
  hook: string | undefined;
  /** File for Prometheus' textfile collector. */
  metrics: string | undefined;
  heartbeat: HeartbeatSettings | undefined;
  /** Absent: tracing is off. */
  tracing: TraceSettings | undefined;
}

/** A dead man's switch that is called after each line. The URL is a secret: anyone who has it can silence the alarm. */
export interface HeartbeatSettings {
  url: URL;
  /** PEM; undefined: Node's bundled roots. */
  ca: string | undefined;
}

const defaultTexts = ["Hello, how are you?", "Grüße aus Österreich: é 👩‍👧!", "one\ttwo  three\u00a0four"];

/** An IP address as a URL has it: IPv6 in brackets and in its shortest form. */
function inUrl(ip: string): string {
  return isIP(ip) === 6 ? new URL(`http://[${ip}]`).hostname : ip;
}

function environmentAt(now: number) {
  return z
    .object({
      ANALYZE_URL: field.httpsUrl("https://analyze.test").prefault("https://analyze.test"),
      ANALYZE_PLACE: field.oneOf(places).default("host"),
      ANALYZE_PROBE: field.oneOf(["analyze", "random"]).default("analyze"),
      ANALYZE_CA_FILE: field.checkedPem(authoritiesFault, now).optional(),
      ANALYZE_ADDRESS: field.address.optional(),
      ANALYZE_CLIENT_CERT_FILE: field.checkedPem(clientCertificateFault, now).optional(),
      ANALYZE_CLIENT_KEY_FILE: field.pemFile.optional(),
      ANALYZE_SCHEDULE: field.schedule.default("* * * * *"),
      ANALYZE_TEXT_FILE: field.textFile.default(defaultTexts),
      ANALYZE_MAINTENANCE: field.maintenance.default({ windows: [], files: [] }),
      ANALYZE_DOWN_AFTER: field.downAfter.default(3),
      ANALYZE_HOOK: z.string().optional(),
      ANALYZE_HEARTBEAT_URL: field.httpsUrl("https://hc-ping.com/your-uuid").optional(),
      ANALYZE_HEARTBEAT_CA_FILE: field.checkedPem(authoritiesFault, now).optional(),
      ANALYZE_METRICS_FILE: z
        .string()
        .endsWith(".prom", "must end in .prom: the collector reads no other files")
        .optional(),
      ANALYZE_LOG: z.string().default("/var/log/analyze.log"),
      ...traceVariables,
    })
    .superRefine((values, context) => {
      const { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: key } = values;
      const absent = cert === undefined ? "ANALYZE_CLIENT_CERT_FILE" : "ANALYZE_CLIENT_KEY_FILE";
      const refuse = (path: string, message: string): void =>
        context.addIssue({ code: "custom", path: [path], message });
      const { hostname: host } = new URL(values.ANALYZE_URL);
      const pinned = values.ANALYZE_ADDRESS && inUrl(values.ANALYZE_ADDRESS.ip);
      // Node connects to an address in the URL without a lookup, so a pinned one would have no effect.
      if (pinned !== undefined && isIP(host.replace(/^\[|\]$/g, "")) !== 0 && host !== pinned)
        refuse("ANALYZE_ADDRESS", "is another address than the one in ANALYZE_URL: set one of them");
      if ((cert === undefined) !== (key === undefined))
        refuse(absent, "is missing: certificate and key belong together");
      if (cert === undefined || key === undefined) return;
      const fault = clientKeyFault({ cert, key });
      if (fault !== undefined) refuse("ANALYZE_CLIENT_KEY_FILE", fault);
    });
}

type Values = z.infer<ReturnType<typeof environmentAt>>;

/** The process's context besides its environment. */
export interface Runtime {
  /** Epoch milliseconds, to judge certificates by. */
  now: number;
  /** Node's own options on the command line. */
  execArgv: readonly string[];
}

function valuesOf(env: Environment, { now, execArgv }: Runtime): Values {
  const given = setVariables(env);
  const read = environmentAt(now).safeParse(given);
  const weakening = weakeningFaults(given, execArgv, given["ANALYZE_CA_FILE"] !== undefined);
  const faults = [...weakening, ...(read.success ? [] : settingsFaults(read.error, given))];
  if (read.success && faults.length === 0) return read.data;
  throw new SettingsError(faults);
}

/**
 * Reads the environment, and the files that it names.
 * @throws SettingsError with every fault at once, also those of Node's own variables that weaken TLS.
 */
export function readConfig(env: Environment, runtime?: Runtime): Config {
  const values = valuesOf(env, runtime ?? { now: Date.now(), execArgv: process.execArgv });
  const { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: key, ANALYZE_HEARTBEAT_URL: heartbeat } = values;
  const endpoint = new URL(values.ANALYZE_URL);
  if (endpoint.pathname === "/") endpoint.pathname = `/${values.ANALYZE_PROBE}`;
  return {
    url: endpoint,
    place: values.ANALYZE_PLACE,
    probe: values.ANALYZE_PROBE,
    ca: values.ANALYZE_CA_FILE,
    caFile: env["ANALYZE_CA_FILE"] || undefined,
    address: values.ANALYZE_ADDRESS,
    identity: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    schedule: values.ANALYZE_SCHEDULE,
    texts: values.ANALYZE_TEXT_FILE,
    log: values.ANALYZE_LOG,
    maintenance: values.ANALYZE_MAINTENANCE,
    downAfter: values.ANALYZE_DOWN_AFTER,
    hook: values.ANALYZE_HOOK,
    metrics: values.ANALYZE_METRICS_FILE,
    heartbeat: heartbeat && { url: heartbeat, ca: values.ANALYZE_HEARTBEAT_CA_FILE },
    tracing: traceSettingsOf(values),
  };
}
