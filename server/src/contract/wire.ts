import { z } from "zod";
import { limits } from "./limits.ts";

function fitsInUtf8(text: string): boolean {
  return text.length * 3 <= limits.textBytes || Buffer.byteLength(text) <= limits.textBytes;
}

/** A text to analyze. */
export const textField = z
  .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") })
  .refine(fitsInUtf8, { error: `must be at most ${limits.textBytes} bytes as UTF-8` })
  .describe(`At most ${limits.textBytes} bytes as UTF-8.`);

/** `POST /analyze` and `POST /process`. */
export const analyzeRequest = z.strictObject(
  { text: textField },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? 'only the field "text" is allowed'
        : 'must be an object with the field "text"',
  },
);
export type AnalyzeRequest = z.infer<typeof analyzeRequest>;

/** `POST /analyze`, 200. */
export const analyzeResponse = z.object({ processed_text: z.string() });
export type AnalyzeResponse = z.infer<typeof analyzeResponse>;

/** `POST /process`, 200 (worker only). */
export const processResponse = z.object({ word_count: z.int().min(0), reversed_text: z.string() });
export type ProcessResponse = z.infer<typeof processResponse>;

/** `GET /random`, 200: uniform over 0…100. */
export const randomResponse = z.object({ number: z.int().min(0).max(100) });
export type RandomResponse = z.infer<typeof randomResponse>;

/** `GET /livez`, `/readyz`, `/healthz`, 200. */
export const healthResponse = z.object({
  status: z.enum(["alive", "ready"]),
  /** Whether documents can be used; absent where they are off. An instance without them is ready for the rest. */
  data: z.enum(["available", "unavailable"]).optional(),
});
export type HealthResponse = z.infer<typeof healthResponse>;

/** `GET /`, 200, for programs. */
export const homeResponse = z.object({
  message: z.string(),
  time: z.iso.datetime(),
  version: z.string(),
  links: z.object({ docs: z.string(), openapi: z.string() }),
});
export type HomeResponse = z.infer<typeof homeResponse>;

/** `GET /config`, 200: what an instance of web runs with. */
export const configResponse = z.object({
  service: z.string(),
  version: z.string(),
  node: z.string(),
  /** Origin of the worker that this instance calls. */
  worker: z.string(),
  /** Whether this instance terminates TLS itself. */
  tls: z.boolean(),
  logLevel: z.string(),
  drainDelayMs: z.int().min(0),
  shutdownLimitMs: z.int().min(0),
  limits: z.record(z.string(), z.int().min(0)),
});
export type ConfigResponse = z.infer<typeof configResponse>;

/** Every error (RFC 9457, `application/problem+json`). */
export const problem = z.object({
  type: z.string().regex(/^urn:analyze:problem:[a-z-]+$/),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  requestId: z.string(),
  /** One entry per wrong field; `pointer` is a JSON pointer (RFC 6901) into the request's body. */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
