import { isUtf8 } from "node:buffer";
import { Readable } from "node:stream";
import type { z } from "zod";
import { limits, type Problem } from "../contract/index.ts";
import { ProblemError } from "./answer.ts";
import { headerOf } from "./exchange.ts";
import type { ServerContext } from "./router.ts";

/** Nesting that no body of ours reaches. */
const maxDepth = 32;

const jsonType = /^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i;

/**
 * Without `Connection: close`: Node would close while the rest of the body still arrives, and the reset that follows can
 * overtake the answer. node-server reads the rest away for half a second, and closes then.
 */
function tooLarge(): ProblemError {
  return new ProblemError("body-too-large", `A body may have ${limits.bodyBytes} bytes at most.`);
}

function checkHeaders(c: ServerContext): void {
  if (!jsonType.test(c.req.header("content-type") ?? "")) {
    throw new ProblemError("unsupported-media-type", "Send JSON as UTF-8 with Content-Type: application/json.");
  }
  if ((headerOf(c, "content-encoding") ?? "identity") !== "identity") {
    throw new ProblemError("unsupported-media-type", "Send the body without Content-Encoding.");
  }
  if (Number(headerOf(c, "content-length") ?? 0) > limits.bodyBytes) throw tooLarge();
}

/** Collects a body, counting its bytes: Content-Length is absent where the body is chunked. */
function collect(source: Readable): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  source.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limits.bodyBytes) {
      source.pause();
      source.removeAllListeners("data");
      reject(tooLarge());
    } else chunks.push(chunk);
  });
  source.on("end", () => {
    const [first] = chunks;
    resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
  const breakOff = (cause?: unknown): void => {
    // An error has a stack to collect: too dear to be made for the bodies that had come whole.
    if (!source.readableEnded) reject(new ProblemError("malformed-request", "The body broke off.", { cause }));
  };
  source.on("error", breakOff);
  source.on("close", () => breakOff());
  return promise;
}

function bodyOf(c: ServerContext): Promise<Buffer> {
  if (c.env?.incoming) return collect(c.env.incoming);
  const { body } = c.req.raw;
  return body ? collect(Readable.fromWeb(body)) : Promise.resolve(Buffer.alloc(0));
}

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= maxDepth; depth++) {
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function parse(raw: Buffer): unknown {
  if (!isUtf8(raw)) throw new ProblemError("malformed-request", "The body is not valid UTF-8.");
  let value: unknown;
  try {
    value = JSON.parse(raw.toString("utf8"));
  } catch {
    throw new ProblemError("malformed-request", `The body, ${raw.length} bytes long, is not JSON.`);
  }
  if (value === null) throw new ProblemError("malformed-request", "The body is null where an object is needed.");
  if (typeof value === "object" && Object.hasOwn(value, "__proto__")) {
    throw new ProblemError("malformed-request", 'The body has a field "__proto__", which is never taken.');
  }
  return value;
}

function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function fieldErrors(error: z.ZodError): NonNullable<Problem["errors"]> {
  return error.issues.map((issue) => ({ pointer: pointer(issue.path), detail: issue.message }));
}

/** A body that satisfies its schema, and its bytes as they came, to be passed on without being written again. */
export interface JsonBody<T> {
  value: T;
  raw: Buffer;
}

/**
 * Reads and checks a JSON body of at most `limits.bodyBytes`.
 * Throws ProblemError: 415 not JSON by its headers, 413 too large, 400 not JSON by its content, 422 with a JSON pointer
 * per wrong field.
 */
export async function readJson<T>(c: ServerContext, schema: z.ZodType<T>): Promise<JsonBody<T>> {
  checkHeaders(c);
  const raw = await bodyOf(c);
  const value = parse(raw);
  const checked = schema.safeParse(value);
  if (checked.success) return { value: checked.data, raw };
  if (isTooDeep(value)) {
    throw new ProblemError("malformed-request", `The body is nested more than ${maxDepth} levels deep.`);
  }
  throw new ProblemError("invalid-field", "See errors for what is wrong where.", {
    errors: fieldErrors(checked.error),
  });
}
