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

function readCa(file: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    context.addIssue("cannot be read: name a file that this user can read");
    return z.NEVER;
  }
}

/** OpenTelemetry's own variables, as its specification names them. */
export const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().refine(isEndpoint, { error: endpointRule }).optional(),
  OTEL_EXPORTER_OTLP_CERTIFICATE: z.string().transform(readCa).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().transform(readHeaders).optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(["http/json", "http/protobuf"], { error: "must be http/json: gRPC is not spoken here" })
    .optional(),
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(samplers, { error: `must be one of ${samplers.join(", ")}` })
    .default("parentbased_always_on"),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)$/, { error: "must be a share from 0 to 1, such as 0.01" })
    .transform(Number)
    .default(1),
};

/** The settings of tracing; undefined where no endpoint is set or OTEL_SDK_DISABLED is `true`: tracing is off. */
export function traceSettingsOf(read: z.output<z.ZodObject<typeof traceVariables>>): TraceSettings | undefined {
  const endpoint = read.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || read.OTEL_SDK_DISABLED?.toLowerCase() === "true") return undefined;
  return {
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    ca: read.OTEL_EXPORTER_OTLP_CERTIFICATE,
    headers: read.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    sampler: read.OTEL_TRACES_SAMPLER,
    ratio: read.OTEL_TRACES_SAMPLER_ARG,
  };
}
