import { z } from "zod";
import { readSettings, wholeNumber, type Environment } from "@analyze/common/settings";
import { commonVariables, drainFits, drainTooLong, runConfigOf, type RunConfig } from "../shared/environment.ts";
import { dataSettingsOf, dataVariables, type DataSettings } from "../shared/data/settings.ts";
import { redisSettingsOf, redisVariables, type RedisSettings } from "../shared/queue/settings.ts";
import type { TlsFiles } from "../shared/tls.ts";

export interface WebConfig extends RunConfig {
  /** Origin of worker, such as `http://worker:8080`. */
  workerOrigin: string;
  /** Certificate chain and key, if web itself terminates TLS. */
  tls: TlsFiles | undefined;
  /** Absent: tasks are off. */
  redis: RedisSettings | undefined;
  /** Tasks that may wait before new ones are refused. */
  queueMaxDepth: number;
  /** Absent: documents are off. */
  mongodb: DataSettings | undefined;
  /** Documents that a caller may have. */
  dataQuota: number;
  /** File of tokens for the routes with effect. Without it and the next setting they are open. */
  tokensFile: string | undefined;
  /** Header with the subject of a verified client certificate. The edge sets it, and removes it from requests. */
  certificateHeader: string | undefined;
  /** Requests per second of an identified caller. */
  callerRate: number;
}

const workerUrl = "must be an http:// URL of host and port alone";

const variables = z
  .object({
    ...commonVariables({ port: 8080, metricsPort: 9090 }),
    WORKER_URL: z
      .url({ protocol: /^http$/, error: workerUrl, abort: true })
      .refine((url) => new URL(url).href === `${new URL(url).origin}/`, { error: workerUrl })
      .default("http://127.0.0.1:8081"),
    TLS_CERT_FILE: z.string().optional(),
    TLS_KEY_FILE: z.string().optional(),
    ...redisVariables,
    QUEUE_MAX_DEPTH: wholeNumber(1, 10_000_000, 10_000),
    ...dataVariables,
    DATA_QUOTA: wholeNumber(1, 100_000_000, 10_000),
    API_TOKENS_FILE: z.string().optional(),
    API_CERTIFICATE_HEADER: z
      .string()
      .regex(/^[A-Za-z][A-Za-z-]{0,63}$/, { error: "must be the name of a header, such as X-Client-Subject" })
      .optional(),
    API_RATE: wholeNumber(1, 1_000_000, 50),
  })
  .refine(drainFits, drainTooLong)
  .refine(({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key }) => (cert === undefined) === (key === undefined), {
    error: "TLS_CERT_FILE and TLS_KEY_FILE go together: set both, or neither to serve plain HTTP",
  })
  .refine(({ TLS_CERT_FILE: cert, API_CERTIFICATE_HEADER: header }) => cert === undefined || header === undefined, {
    error:
      "API_CERTIFICATE_HEADER needs an edge that verifies client certificates and sets it: unset TLS_CERT_FILE and TLS_KEY_FILE, or use API_TOKENS_FILE",
  });

/** Web's configuration from the environment. Throws a SettingsError with every fault. */
export function readConfig(environment: Environment): WebConfig {
  const read = readSettings(variables, environment);
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = read;
  return {
    ...runConfigOf(read),
    workerOrigin: new URL(read.WORKER_URL).origin,
    tls: cert !== undefined && key !== undefined ? { certFile: cert, keyFile: key } : undefined,
    redis: redisSettingsOf(read),
    queueMaxDepth: read.QUEUE_MAX_DEPTH,
    mongodb: dataSettingsOf(read),
    dataQuota: read.DATA_QUOTA,
    tokensFile: read.API_TOKENS_FILE,
    certificateHeader: read.API_CERTIFICATE_HEADER?.toLowerCase(),
    callerRate: read.API_RATE,
  };
}
