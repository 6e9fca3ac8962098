import { headers as names } from "@analyze/server/contract";
import { Client } from "undici";
import type { Certificate } from "./certificate.ts";
import { TimeUp, tracedConnector, type Trace } from "./connection.ts";
import { asksDns, type Target } from "./target.ts";

/** Milliseconds of each phase that was completed; a phase that was not reached is absent. */
export interface Phases {
  dns?: number | undefined;
  tcp?: number | undefined;
  tls?: number | undefined;
  /** From the start of the request to the end of the answer. */
  wait?: number | undefined;
}

/** The phases in their order: the first that is absent is where a failed attempt broke. */
export type Phase = keyof Phases;

/** What came back, whoever sent it. */
export interface Answer {
  status: number;
  /** Value of `x-served-by`: undefined when something in front of the service answered. */
  servedBy: string | undefined;
  requestId: string | undefined;
  encoding: string | undefined;
  /** The other side's clock, as its `date` header tells. */
  date: string | undefined;
  /** At most 64 KiB, decoded as UTF-8. */
  body: string;
}

/** Why there is no whole answer. */
export interface Failure {
  /** Error code of Node, OpenSSL or undici, or one of ours: TIMEOUT, TOO_LONG. */
  code: string;
  message: string;
  phase: Phase;
}

/** One request on one fresh connection, as data. `answer` without `failure` is a whole answer. */
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
  body: string | undefined;
}

const longestBody = 64 * 1024;

class TooLong extends Error {
  readonly code = "TOO_LONG";
  override message = `the answer is longer than ${longestBody} bytes`;
}

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
    if (length > longestBody) throw new TooLong();
  }
  answer.body = Buffer.concat(chunks).toString("utf8");
}

function phaseReached({ resolved, connected, secured }: Trace, dns: boolean): Phase {
  if (secured !== undefined) return "wait";
  if (connected !== undefined) return "tls";
  return dns && resolved === undefined ? "dns" : "tcp";
}

function describe(error: unknown, phase: Phase): Failure {
  if (!(error instanceof Error)) return { code: "UNKNOWN", message: String(error), phase };
  if (error instanceof TimeUp) return { code: "TIMEOUT", message: "no whole answer in time", phase };
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const named = "code" in error && typeof error.code === "string" ? error.code : error.name;
  // OpenSSL's verdicts that Node has no name for, such as "permitted subtree violation".
  const code = named === "UNSPECIFIED" ? error.message.toUpperCase().replace(/\W+/g, "_") : named;
  return { code, message: cause instanceof Error ? cause.message : String(cause), phase };
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.round(to - from);
}

function phasesOf({ started, resolved, connected, secured }: Trace, ended: number | undefined): Phases {
  return {
    dns: between(started, resolved),
    tcp: between(resolved ?? started, connected),
    tls: between(connected, secured),
    wait: between(secured, ended),
  };
}

/**
 * Sends the message once, on a connection of its own, and says what came of it; never throws for what the network or
 * the other side does. `timeoutMs` is a limit on the whole of it.
 */
export async function attempt(target: Target, message: Message, timeoutMs: number): Promise<Attempt> {
  const trace: Trace = { started: performance.now() };
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new TimeUp()), timeoutMs);
  const client = new Client(target.url.origin, {
    connect: tracedConnector(target, trace, limit.signal),
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const done: Pick<Attempt, "answer" | "failure"> = {};
  try {
    const response = await client.request({
      method: message.method,
      path: `${target.url.pathname}${target.url.search}`,
      headers: {
        accept: "application/json",
        [names.requestId]: message.requestId,
        ...(message.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: message.body ?? null,
      signal: limit.signal,
    });
    done.answer = {
      status: response.statusCode,
      servedBy: header(response, names.servedBy),
      requestId: header(response, names.requestId),
      encoding: header(response, "content-encoding"),
      date: header(response, "date"),
      body: "",
    };
    await readBody(response, done.answer);
  } catch (error) {
    done.failure = describe(error, phaseReached(trace, asksDns(target)));
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
