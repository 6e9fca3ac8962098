import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { readSettings } from "@analyze/common/settings";
import { limits } from "@analyze/server/contract";
import { z } from "zod";
import { calendar } from "../log/calendar.ts";
import { parsePlannedTimes, type PlannedTimes } from "./schedule/maintenance.ts";

/** Where connections go instead of what DNS says, as curl's `--resolve`. */
export interface PinnedAddress {
  ip: string;
  family: 4 | 6;
  port: number | undefined;
}

/** What the client presents to an edge that asks for a certificate (PEM). */
export interface ClientIdentity {
  cert: string;
  key: string;
}

/** What the client runs with. */
export interface Config {
  /** Full URL of the probed endpoint, always https. */
  url: URL;
  probe: "analyze" | "random";
  /** PEM of the one CA (or several) that is trusted; undefined: the roots that Node brings. */
  ca: string | undefined;
  caFile: string | undefined;
  address: PinnedAddress | undefined;
  identity: ClientIdentity | undefined;
  schedule: string;
  /** Texts to send, one per slot, in turn; never empty. */
  texts: string[];
  log: string;
  /** When failures are planned. */
  maintenance: PlannedTimes;
  /** Failures in a row that make an outage. */
  downAfter: number;
  /** Command line that is run on each change of state. */
  hook: string | undefined;
  /** File for Prometheus' textfile collector. */
  metrics: string | undefined;
}

const defaultTexts = ["Hello, how are you?", "Grüße aus Österreich: é 👩‍👧!", "one\ttwo  three\u00a0four"];

function pinned(text: string): PinnedAddress | undefined {
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^:]+|[0-9a-f:]+:[0-9a-f:]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const ip = bracketed ?? plain ?? "";
  const family = isIP(ip);
  if ((family !== 4 && family !== 6) || Number(port ?? 1) > 65_535 || Number(port ?? 1) === 0) return undefined;
  return { ip, family, port: port === undefined ? undefined : Number(port) };
}

function readText(file: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: "custom", message: `cannot be read: ${reason}` });
    return z.NEVER;
  }
}

const pemFile = z.string().transform(readText);

const caFile = pemFile.superRefine((pem, context) => {
  try {
    const certificate = new X509Certificate(pem);
    if (certificate.ca || certificate.checkIssued(certificate)) return;
    context.addIssue("is a leaf certificate: name the file of the CA that issued it (ca.crt)");
  } catch {
    context.addIssue("is not a certificate in PEM form");
  }
});

const textFile = z
  .string()
  .transform(readText)
  .transform((content) =>
    content
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .filter((line) => line !== ""),
  )
  .superRefine((lines, context) => {
    if (lines.length === 0) context.addIssue("has no text: write one text per line");
    const long = lines.findIndex((line) => Buffer.byteLength(line) > limits.textBytes);
    if (long !== -1)
      context.addIssue(`line ${long + 1} is longer than ${limits.textBytes} bytes, which the service refuses`);
  });

const url = z.string().transform((text, context) => {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === "https:" && parsed.username === "" && parsed.password === "") return parsed;
  if (parsed?.protocol === "http:")
    context.addIssue("would send the text in clear: use https://, the client refuses http://");
  else if (parsed?.protocol === "https:") context.addIssue("must not carry a user or password");
  else context.addIssue("is not a URL such as https://analyze.test");
  return z.NEVER;
});

const schedule = z.string().superRefine((expression, context) => {
  try {
    calendar(expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.addIssue(`is not a usable cron expression (five fields, or six with seconds first): ${reason}`);
  }
});

const maintenance = z.string().transform((text, context) => {
  try {
    return parsePlannedTimes(text);
  } catch (error) {
    context.addIssue(`is not usable: ${error instanceof Error ? error.message : String(error)}`);
    return z.NEVER;
  }
});

const address = z.string().transform((text, context) => {
  const parsed = pinned(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(
    "is not an IP address with or without port, such as 192.0.2.7, 192.0.2.7:8443 or [2001:db8::7]:8443",
  );
  return z.NEVER;
});

const environment = z
  .object({
    ANALYZE_URL: url.prefault("https://analyze.test"),
    ANALYZE_PROBE: z.enum(["analyze", "random"]).default("analyze"),
    ANALYZE_CA_FILE: caFile.optional(),
    ANALYZE_ADDRESS: address.optional(),
    ANALYZE_CLIENT_CERT_FILE: pemFile.optional(),
    ANALYZE_CLIENT_KEY_FILE: pemFile.optional(),
    ANALYZE_SCHEDULE: schedule.default("* * * * *"),
    ANALYZE_TEXT_FILE: textFile.default(defaultTexts),
    ANALYZE_MAINTENANCE: maintenance.default({ windows: [], files: [] }),
    ANALYZE_DOWN_AFTER: z.coerce
      .number("is not a number")
      .int("is not a whole number")
      .min(1, "must be at least 1")
      .default(3),
    ANALYZE_HOOK: z.string().optional(),
    ANALYZE_METRICS_FILE: z.string().endsWith(".prom", "must end in .prom, or no collector reads it").optional(),
    ANALYZE_LOG: z.string().default("/var/log/analyze.log"),
  })
  .superRefine((values, context) => {
    const { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: key } = values;
    if ((cert === undefined) === (key === undefined)) return;
    const path = [cert === undefined ? "ANALYZE_CLIENT_CERT_FILE" : "ANALYZE_CLIENT_KEY_FILE"];
    context.addIssue({ code: "custom", path, message: "is missing: certificate and key belong together" });
  });

/** Reads the environment. Throws a SettingsError with every fault at once. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const values = readSettings(environment, env);
  const { ANALYZE_CLIENT_CERT_FILE: cert, ANALYZE_CLIENT_KEY_FILE: key } = values;
  const endpoint = new URL(values.ANALYZE_URL);
  if (endpoint.pathname === "/") endpoint.pathname = `/${values.ANALYZE_PROBE}`;
  return {
    url: endpoint,
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
  };
}
