import { measure, type Effort, type Measurement } from "./measure.ts";
import { bare, type Variant } from "./variants.ts";

/** The medians of a variant's rounds. */
export interface Row {
  readonly name: string;
  readonly cpuMicros: number;
  /** CPU time relative to `reference` in the same round: median, minimum and maximum. */
  readonly ratio: readonly [median: number, least: number, most: number];
}

export interface Plan {
  readonly variants: readonly Variant[];
  readonly text: string;
  readonly rounds: number;
  readonly effort: Effort;
  /** Name of the variant that ratios are relative to. */
  readonly reference?: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

function rowOf(name: string, own: readonly Measurement[], reference: readonly Measurement[]): Row {
  const ratios = own.map(({ cpuMicros }, round) => cpuMicros / (reference[round]?.cpuMicros ?? Number.NaN));
  return {
    name,
    cpuMicros: median(own.map(({ cpuMicros }) => cpuMicros)),
    ratio: [median(ratios), Math.min(...ratios), Math.max(...ratios)],
  };
}

/**
 * Measures every variant once a round, in reversed order every other round, so that other load on the machine affects
 * all alike. Reports each measurement to `progress` when it ends.
 */
export async function measureInRounds(plan: Plan, progress: (line: string) => void): Promise<Row[]> {
  const { variants, text, rounds, effort, reference = bare } = plan;
  const measured = new Map(variants.map(({ name }): [string, Measurement[]] => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const variant of round % 2 === 0 ? variants.toReversed() : variants) {
      const one = await measure(variant, text, effort);
      measured.get(variant.name)?.push(one);
      const micros = `${one.cpuMicros.toFixed(0)} µs CPU per request`;
      progress(`${text.length} characters, round ${round} of ${rounds}: ${variant.name}: ${micros}`);
    }
  }
  return Array.from(measured, ([name, own]) => rowOf(name, own, measured.get(reference) ?? []));
}
