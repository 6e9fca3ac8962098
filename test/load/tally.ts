import type { Lane } from "./exchange.ts";

/** The result of one request. */
export interface Attempt {
  id: string;
  lane: Lane["kind"];
  /** When it was sent, ms since the epoch, and how long it took. */
  at: number;
  ms: number;
  /** Undefined if no complete answer came; then `error` has the code of the failure (`ECONNRESET`, …). */
  status: number | undefined;
  error: string | undefined;
  /** Undefined for a 2xx with the right body; else why the request counts as lost. */
  fault: string | undefined;
  /** SHA-256 of the answer's certificate. */
  fingerprint: string | undefined;
  /** Which service answered (`x-served-by`); undefined for the edge's own answer. */
  servedBy: string | undefined;
}

/** The summary of a run. Always `sent = ok + lost.length`. */
export interface LoadResult {
  sent: number;
  ok: number;
  /** Everything that was not a 2xx with the right body. */
  lost: Attempt[];
  /** Attempts with an unexpected certificate, answered or rejected because of it. */
  wrongCertificate: Attempt[];
  /** Count per status, or per error code where no answer came. */
  byStatus: Record<string, number>;
  /** Count per certificate (SHA-256). */
  byCertificate: Record<string, number>;
  /** Durations in milliseconds of the requests that were not lost. */
  latency: { p50: number; p90: number; p99: number; max: number };
  seconds: number;
}

const certificateErrors = /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY))/;

function quantile(sorted: number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return Math.round(value * 100) / 100;
}

function countBy(attempts: readonly Attempt[], key: (attempt: Attempt) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const attempt of attempts) {
    const name = key(attempt);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/**
 * Sums up a run. `expectedCertificates`: the accepted SHA-256 fingerprints; without it every certificate of the CA is
 * accepted.
 */
export function tally(attempts: readonly Attempt[], seconds: number, expectedCertificates?: string[]): LoadResult {
  const lost = attempts.filter(({ fault }) => fault !== undefined);
  const isWrong = ({ error, fingerprint }: Attempt): boolean =>
    (error !== undefined && certificateErrors.test(error)) ||
    (fingerprint !== undefined && expectedCertificates !== undefined && !expectedCertificates.includes(fingerprint));
  const times = attempts.flatMap(({ fault, ms }) => (fault === undefined ? [ms] : [])).sort((a, b) => a - b);
  return {
    sent: attempts.length,
    ok: attempts.length - lost.length,
    lost,
    wrongCertificate: attempts.filter(isWrong),
    byStatus: countBy(attempts, ({ status, error }) => String(status ?? error)),
    byCertificate: countBy(attempts, ({ fingerprint }) => fingerprint),
    latency: {
      p50: quantile(times, 0.5),
      p90: quantile(times, 0.9),
      p99: quantile(times, 0.99),
      max: quantile(times, 1),
    },
    seconds,
  };
}
