import { setTimeout as sleep } from "node:timers/promises";
import { checkAnalyze, checkRandom, type Checked } from "./answer.ts";
import { advise } from "./advice.ts";
import { attempt, type Attempt, type Message } from "./attempt.ts";
import { asksForCertificate } from "./certificate-request.ts";
import { inspectCertificate, type Shown } from "./inspect.ts";
import type { Advice } from "./situation.ts";
import type { Target } from "./target.ts";
import { closedForIdentity, isClosedSilently, judge, withShownCertificate, type Verdict } from "./verdict.ts";

/** What to send to the service. */
export type Question = { kind: "analyze"; text: string } | { kind: "random" };

/** Limits for the parts of a probe, in milliseconds; their sum is less than the schedule's period. */
export interface Allowance {
  attemptMs: number;
  pauseMs: number;
  inspectMs: number;
}

/** One probe: up to two attempts, the verdict of the last, and the error of the first. */
export interface Probed {
  attempts: Attempt[];
  verdict: Verdict;
  first: Verdict | undefined;
  shown: Shown | undefined;
  advice: Advice | undefined;
  /** From the start of the first attempt to the end of the last. */
  ms: number;
}

/** The inputs of a probe. */
export interface ProbeOptions {
  target: Target;
  question: Question;
  requestId: string;
  userAgent: string;
  traceparent?: string | undefined;
  allowance: Allowance;
  /** Fingerprint of the certificate of the last good run. */
  trusted: string | undefined;
}

/** Splits a schedule's shortest period among the parts of a probe, so that it ends before the next one is due. */
export function allowanceFor(periodMs: number): Allowance {
  return {
    attemptMs: Math.min(10_000, periodMs * 0.35),
    pauseMs: Math.min(1000, periodMs * 0.05),
    inspectMs: Math.min(3000, periodMs * 0.1),
  };
}

function messageFor({ question, requestId, userAgent, traceparent }: ProbeOptions): Message {
  if (question.kind === "random") return { method: "GET", requestId, userAgent, traceparent, body: undefined };
  return { method: "POST", requestId, userAgent, traceparent, body: JSON.stringify({ text: question.text }) };
}

function checkFor(question: Question): (body: string) => Checked {
  return question.kind === "random" ? checkRandom : (body) => checkAnalyze(question.text, body);
}

interface Tried {
  attempts: Attempt[];
  verdict: Verdict;
  first: Verdict | undefined;
}

/** Up to two attempts, with a pause between them. */
async function tryTwice(options: ProbeOptions): Promise<Tried> {
  const { target, question, requestId, allowance } = options;
  const message = messageFor(options);
  const check = checkFor(question);
  const one = await attempt(target, message, allowance.attemptMs);
  const first = judge(one, requestId, check);
  if (first.err === undefined) return { attempts: [one], verdict: first, first: undefined };
  await sleep(allowance.pauseMs);
  const two = await attempt(target, message, allowance.attemptMs);
  return { attempts: [one, two], verdict: judge(two, requestId, check), first };
}

/** Finds out what the attempt could not: whose certificate was refused, or why the edge closed silently. */
async function lookAgain(target: Target, verdict: Verdict, last: Attempt | undefined, limitMs: number): Promise<Seen> {
  if (verdict.hop.startsWith("tls-")) {
    const shown = await inspectCertificate(target, limitMs);
    return { shown, verdict: withShownCertificate(verdict, shown?.certificate.subject) };
  }
  const silent = last !== undefined && isClosedSilently(last) && (await asksForCertificate(target, limitMs));
  return { shown: undefined, verdict: silent ? closedForIdentity(target.identity !== undefined) : verdict };
}

interface Seen {
  verdict: Verdict;
  shown: Shown | undefined;
}

/**
 * Sends the request, and after a failure once more, with the same request ID on a new connection. Never throws for
 * faults of the network or the other side.
 */
export async function probe(options: ProbeOptions): Promise<Probed> {
  const { target, requestId, allowance, trusted } = options;
  const started = performance.now();
  const { attempts, first, verdict: judged } = await tryTwice(options);
  const ms = Math.round(performance.now() - started);
  const last = attempts.at(-1);
  const { verdict, shown } = await lookAgain(target, judged, last, allowance.inspectMs);
  const situation = { verdict, target, requestId, shown, trusted, now: Date.now() };
  return { attempts, verdict, first, shown, ms, advice: last && advise({ ...situation, attempt: last }) };
}
