import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** OpenTelemetry's samplers that need no service of their own. */
const samplers = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Where spans go, and which of them. */
export interface TraceSettings {
  /** URL that spans are posted to. */
  url: string;
  /** CA of an https endpoint (PEM); undefined: the roots that Node brings. */
  ca: string | undefined;
  /** Sent with every message; they can carry credentials. */
  headers: Readonly<Record<string, string>>;
  sampler: (typeof samplers)[number];
  /** Share of traces that a ratio sampler takes, 0 to 1. */
  ratio: number;
}

const endpointRule =
  "must be an http:// or https:// URL without user and password, such as http://127.0.0.1:4318; credentials go into OTEL_EXPORTER_OTLP_HEADERS";

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}

/** `name=value,name=value`, each value percent-encoded. */
function readHeaders(text: string, context: z.RefinementCtx): Record<string, string> {
  const pairs = text
    .split(",")
    .map((pair) => /^\s*([A-Za-z0-9_-]+)\s*=\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)?\s*$/.exec(pair));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const value = decodeURIComponent(pair?.[2] ?? "%");
        if (/[^\x20-\x7e]/.test(value)) throw new Error("not a header's value");
        return [(pair?.[1] ?? "").toLowerCase(), value];
      }),
    );
  } catch {
    context.addIssue("must be name=value pairs with commas between them, the values percent-encoded");
    return z.NEVER;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== "";
  } catch {
    return false;
  }
}

/** Node ignores a file without a certificate, and then trusts nobody: the receiver would never be reached. */
function readCa(file: string, context: z.RefinementCtx): string {
  const pem = textOf(file);
  if (pem !== undefined && isCertificate(pem)) return pem;
  context.addIssue(
    pem === undefined
      ? "cannot be read: name a file that this user can read"
      : "holds no certificate: name a file with the CA's certificate in PEM",
  );
  return z.NEVER;
}

const endpoint = z.string().refine(isEndpoint, { error: endpointRule }).optional();
const certificate = z.string().transform(readCa).optional();
const headers = z.string().transform(readHeaders).optional();
const protocol = z
  .enum(["http/json", "http/protobuf"], { error: "must be http/json: gRPC is not spoken here" })
  .optional();

/** OpenTelemetry's own variables, as its specification names them: those with TRACES win over those for all signals. */
export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_CERTIFICATE: certificate,
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: certificate,
  OTEL_EXPORTER_OTLP_HEADERS: headers,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers,
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol,
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(["otlp", "none"], { error: "must be otlp or none" }).default("otlp"),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, { error: `must be one of ${samplers.join(", ")}` })
    .default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)$/, { error: "must be a share from 0 to 1, such as 0.01" })
    .transform(Number)
    .default(1),
};
type Read = z.output<z.ZodObject<typeof traceVariables>>;

/** The URL of traces as it is; below the URL for all signals they have a path of their own. */
function urlOf(read: Read): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = read;
  return own ?? (all && `${all.replace(/\/+$/, "")}/v1/traces`);
}

/** The settings of tracing; undefined where no endpoint is set or it is switched off. */
export function traceSettingsOf(read: Read): TraceSettings | undefined {
  const url = urlOf(read);
  const isOff = read.OTEL_SDK_DISABLED?.toLowerCase() === "true" || read.OTEL_TRACES_EXPORTER === "none";
  if (url === undefined || isOff) return undefined;
  return {
    url,
    ca: read.OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE ?? read.OTEL_EXPORTER_OTLP_CERTIFICATE,
    headers: { ...read.OTEL_EXPORTER_OTLP_HEADERS, ...read.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    sampler: read.OTEL_TRACES_SAMPLER,
    ratio: read.OTEL_TRACES_SAMPLER_ARG,
  };
}
