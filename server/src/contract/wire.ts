import { z } from "zod";
import { limits } from "./limits.ts";

function fitsInUtf8(text: string): boolean {
  return text.length * 3 <= limits.textBytes || Buffer.byteLength(text) <= limits.textBytes;
}

/** `POST /analyze` and `POST /process`. */
export const analyzeRequest = z.strictObject(
  {
    text: z
      .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") })
      .max(limits.textBytes, { abort: true, error: `must be at most ${limits.textBytes} bytes as UTF-8` })
      .refine(fitsInUtf8, { error: `must be at most ${limits.textBytes} bytes as UTF-8` }),
  },
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

/** Every error (RFC 9457, `application/problem+json`). */
export const problem = z.object({
  type: z.string().startsWith("urn:analyze:problem:"),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  requestId: z.string(),
  /** One entry per wrong field; `pointer` is a JSON pointer (RFC 6901) into the request's body. */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
