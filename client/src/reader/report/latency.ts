import type { Run } from "./collect.ts";

export const phases = ["dns", "tcp", "tls", "wait", "ms"] as const;
/** A phase of a request; `ms` is the whole. */
export type Phase = (typeof phases)[number];

/** Nearest-rank percentiles: each is a time that was measured. Milliseconds. */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Percentiles of `values`; undefined when there are none. */
export function percentiles(values: number[]): Percentiles | undefined {
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number): number | undefined => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const [p50, p95, p99, max] = [rank(0.5), rank(0.95), rank(0.99), rank(1)];
  if (p50 === undefined || p95 === undefined || p99 === undefined || max === undefined) return undefined;
  return { count: sorted.length, p50, p95, p99, max };
}

/** Percentiles per phase of the runs that succeeded; a phase that none of them reached is absent. */
export function latencyOf(runs: Run[]): Partial<Record<Phase, Percentiles>> {
  const good = runs.filter(({ kind }) => kind !== "FAIL");
  const result: Partial<Record<Phase, Percentiles>> = {};
  for (const phase of phases) {
    const found = percentiles(good.map((run) => run[phase]).filter((value) => value !== undefined));
    if (found) result[phase] = found;
  }
  return result;
}
