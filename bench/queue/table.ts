import { median } from "../rounds.ts";
import { ratio, table } from "../table.ts";
import type { Measurement } from "./measure.ts";

/** All rounds of a variant. */
export interface Rounds {
  readonly name: string;
  readonly measured: readonly Measurement[];
}

function sum({ cpu: { web, worker, redis } }: Measurement): number {
  return web + worker + redis;
}

function ratioOf(own: readonly Measurement[], first: readonly Measurement[]): [number, number, number] {
  const ratios = own.map((one, round) => sum(one) / (first[round] ? sum(first[round]) : Number.NaN));
  return [median(ratios), Math.min(...ratios), Math.max(...ratios)];
}

/** The rounds as Markdown; ratios are relative to the first variant. */
export function toMarkdown(variants: readonly Rounds[]): string {
  const first = variants[0]?.measured ?? [];
  const head = ["queue", "CPU µs/task", "web", "worker", "Redis", "tasks/CPU s", "× ours", "p50 ms", "p99 ms"];
  const rows = variants.map(({ name, measured }) => {
    const middle = (pick: (one: Measurement) => number): number => median(measured.map(pick));
    const parts = [
      sum,
      ({ cpu }: Measurement) => cpu.web,
      ({ cpu }: Measurement) => cpu.worker,
      ({ cpu }: Measurement) => cpu.redis,
    ];
    return [
      name,
      ...parts.map((part) => middle(part).toFixed(0)),
      (1e6 / middle(sum)).toFixed(0),
      ratio(ratioOf(measured, first)),
      ...[0, 1].map((which) => middle(({ delay }) => delay[which] ?? Number.NaN).toFixed(1)),
    ];
  });
  return table(head, rows);
}
