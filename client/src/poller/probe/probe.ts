import { setTimeout as sleep } from "node:timers/promises";
import { checkAnalyze, checkRandom, type Checked } from "./answer.ts";
import { advise, type Advice } from "./advice.ts";
import { attempt, type Attempt, type Message } from "./attempt.ts";
import { inspectCertificate, type Shown } from "./inspect.ts";
import type { Target } from "./target.ts";
import { judge, withShownCertificate, type Verdict } from "./verdict.ts";

/** What to ask the service. */
export type Question = { kind: "analyze"; text: string } | { kind: "random" };

/** Milliseconds that the parts of a probe may take; their sum stays below the schedule's period. */
export interface Allowance {
  attemptMs: number;
  pauseMs: number;
  inspectMs: number;
}

/** One probe: at most two attempts, the verdict of the last, and what the first failed with. */
export interface Probed {
  attempts: Attempt[];
  verdict: Verdict;
  first: Verdict | undefined;
  shown: Shown | undefined;
  advice: Advice | undefined;
  /** From the start of the first attempt to the end of the last. */
  ms: number;
}

/** All that a probe needs. */
export interface ProbeOptions {
  target: Target;
  question: Question;
  requestId: string;
  allowance: Allowance;
  /** Fingerprint of the certificate of the last good run. */
  trusted: string | undefined;
}

/** Splits a schedule's shortest period among the parts of a probe, so that it ends before the next is due. */
export function allowanceFor(periodMs: number): Allowance {
  return {
    attemptMs: Math.min(10_000, periodMs * 0.35),
    pauseMs: Math.min(1000, periodMs * 0.05),
    inspectMs: Math.min(3000, periodMs * 0.1),
  };
}

function messageFor(question: Question, requestId: string): Message {
  if (question.kind === "random") return { method: "GET", requestId, body: undefined };
  return { method: "POST", requestId, body: JSON.stringify({ text: question.text }) };
}

function checkFor(question: Question): (body: string) => Checked {
  return question.kind === "random" ? checkRandom : (body) => checkAnalyze(question.text, body);
}

/**
 * Asks once, and after a failure once more, with the same request id on a fresh connection. Never throws for what
 * the network or the other side does.
 */
export async function probe({ target, question, requestId, allowance, trusted }: ProbeOptions): Promise<Probed> {
  const started = performance.now();
  const message = messageFor(question, requestId);
  const check = checkFor(question);
  let last = await attempt(target, message, allowance.attemptMs);
  let verdict = judge(last, requestId, check);
  const attempts = [last];
  let first: Verdict | undefined;
  if (verdict.err !== undefined) {
    first = verdict;
    await sleep(allowance.pauseMs);
    last = await attempt(target, message, allowance.attemptMs);
    verdict = judge(last, requestId, check);
    attempts.push(last);
  }
  const ms = Math.round(performance.now() - started);
  const shown = verdict.hop.startsWith("tls-") ? await inspectCertificate(target, allowance.inspectMs) : undefined;
  verdict = withShownCertificate(verdict, shown?.certificate.subject);
  const advice = advise({ verdict, target, requestId, address: last.address, shown, trusted });
  return { attempts, verdict, first, shown, advice, ms };
}
