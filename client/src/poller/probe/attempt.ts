import { headers as names } from "@analyze/server/contract/headers";
import { limits } from "@analyze/server/contract/limits";
import { Client } from "undici";
import type { Certificate } from "./certificate.ts";
import { newTrace, TimeUp, tracedConnector, type Trace } from "./connection.ts";
import { describeFailure, type Failure, TooLong } from "./failure.ts";
import { phaseReached, phasesOf, type Phases } from "./phases.ts";
import { knownAddress, type Target } from "./target.ts";

/** The response, of any sender. */
export interface Answer {
  status: number;
  /** Value of `x-served-by`: undefined when something in front of the service answered. */
  servedBy: string | undefined;
  requestId: string | undefined;
  encoding: string | undefined;
  /** The other side's clock: its `date` header. */
  date: string | undefined;
  /** At most {@link longestBody} bytes, decoded as UTF-8. */
  body: string;
}

/** One request on a new connection, as data. `answer` without `failure` is a complete answer. */
export interface Attempt {
  ms: number;
  phases: Phases;
  address?: string | undefined;
  certificate?: Certificate | undefined;
  answer?: Answer | undefined;
  failure?: Failure | undefined;
}

/** What to send. */
export interface Message {
  method: "POST" | "GET";
  requestId: string;
  userAgent: string;
  /** The probe's span as W3C Trace Context writes it; absent where tracing is off. */
  traceparent?: string | undefined;
  body: string | undefined;
}

/** The longest correct answer: a text of the largest size, each byte as `\u0000`, and the words around it. */
const longestBody = 6 * limits.textBytes + 1024;

type Response = Awaited<ReturnType<Client["request"]>>;

function header(response: Response, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function readBody(response: Response, answer: Answer): Promise<void> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestBody) throw new TooLong(longestBody);
  }
  answer.body = Buffer.concat(chunks).toString("utf8");
}

/** A client for one request: no connection is kept, and `limit` is the only time-out. */
function clientFor(target: Target, trace: Trace, limit: AbortSignal): Client {
  return new Client(target.url.origin, {
    connect: tracedConnector(target, trace, limit),
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: limits.headerBytes,
  });
}

function requestOf({ url }: Target, { method, requestId, userAgent, traceparent, body }: Message) {
  return {
    method,
    path: `${url.pathname}${url.search}`,
    headers: {
      accept: "application/json",
      "user-agent": userAgent,
      [names.requestId]: requestId,
      ...(traceparent !== undefined && { [names.traceparent]: traceparent }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body ?? null,
  };
}

function headOf(response: Response): Answer {
  return {
    status: response.statusCode,
    servedBy: header(response, names.servedBy),
    requestId: header(response, names.requestId),
    encoding: header(response, "content-encoding"),
    date: header(response, "date"),
    body: "",
  };
}

/**
 * Sends the message once, on a new connection, and returns the outcome. Never throws for faults of the network or
 * the other side. `timeoutMs` limits the whole exchange.
 */
export async function attempt(target: Target, message: Message, timeoutMs: number): Promise<Attempt> {
  const trace = newTrace(target);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new TimeUp()), timeoutMs);
  const client = clientFor(target, trace, limit.signal);
  const done: Pick<Attempt, "answer" | "failure"> = {};
  try {
    const response = await client.request({ ...requestOf(target, message), signal: limit.signal });
    done.answer = headOf(response);
    await readBody(response, done.answer);
  } catch (error) {
    const phase = phaseReached(trace, knownAddress(target) === undefined);
    done.failure = describeFailure(trace.alert ?? error, phase, done.answer !== undefined);
  } finally {
    clearTimeout(timer);
    await client.destroy().catch(() => undefined);
  }
  const ended = performance.now();
  return {
    ...done,
    ms: Math.round(ended - trace.started),
    phases: phasesOf(trace, done.failure === undefined ? ended : undefined),
    address: trace.address,
    certificate: trace.certificate,
  };
}
