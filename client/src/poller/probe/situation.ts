import type { Answer, Attempt } from "./attempt.ts";
import type { Shown } from "./inspect.ts";
import type { Commands } from "./place.ts";
import type { Target } from "./target.ts";
import type { Verdict } from "./verdict.ts";

/** The meaning of a broken hop, and the next command. */
export interface Advice {
  means: string;
  next: string;
}

/** The inputs of advice. */
export interface Situation {
  verdict: Verdict;
  target: Target;
  requestId: string;
  /** The last attempt. */
  attempt: Attempt;
  shown: Shown | undefined;
  /** Fingerprint of the certificate of the last good probe, if there was one. */
  trusted: string | undefined;
  /** Epoch milliseconds, to judge certificates by. */
  now: number;
}

/** The parts of a failure's situation that advice on each hop needs. */
export interface Facts extends Situation {
  host: string;
  /** The address that was tried, or the name if none was found. */
  address: string;
  err: string;
  out: string | undefined;
  message: string | undefined;
  answer: Answer | undefined;
  commands: Commands;
}

export type Adviser = (facts: Facts) => Advice;
