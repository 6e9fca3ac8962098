import type { Answer, Attempt } from "./attempt.ts";
import type { Shown } from "./inspect.ts";
import type { Commands } from "./place.ts";
import type { Target } from "./target.ts";
import type { Verdict } from "./verdict.ts";

/** What a broken hop means, and the one command to type next. */
export interface Advice {
  means: string;
  next: string;
}

/** What advice is made of. */
export interface Situation {
  verdict: Verdict;
  target: Target;
  requestId: string;
  /** The last attempt. */
  attempt: Attempt;
  shown: Shown | undefined;
  /** Fingerprint of the certificate of the last good probe, when there was one. */
  trusted: string | undefined;
  /** Epoch milliseconds, to judge certificates by. */
  now: number;
}

/** A situation of a failure, taken apart for the advisers of each hop. */
export interface Facts extends Situation {
  host: string;
  /** The address that was tried, or the name where none was found. */
  address: string;
  err: string;
  out: string | undefined;
  message: string | undefined;
  answer: Answer | undefined;
  commands: Commands;
}

export type Adviser = (facts: Facts) => Advice;
