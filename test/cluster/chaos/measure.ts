import { leafFingerprint } from "../../../deploy/minikube/trust.ts";
import { startLoad } from "../../load/load.ts";
import type { LoadResult } from "../../load/tally.ts";
import type { World } from "../world.ts";
import type { Experiment } from "./experiment.ts";

/** The result of one experiment. */
export interface Row extends Pick<
  LoadResult,
  "sent" | "ok" | "lost" | "wrongCertificate" | "byStatus" | "latency" | "seconds"
> {
  name: string;
  rounds: number;
  mayLose: string | undefined;
}

/** Counts POSTs over keep-alive and fresh connections while the experiment happens `rounds` times. */
export async function measure(
  world: World,
  { name, act, mayLose }: Experiment,
  rounds: number,
  tell: (text: string) => void = () => {},
): Promise<Row> {
  const expectedCertificates = [leafFingerprint(world)];
  const load = startLoad({
    ...world.target,
    keepAlive: 4,
    fresh: 4,
    pauseMs: 60,
    durationMs: 3_600_000,
    expectedCertificates,
  });
  try {
    await load.next(({ fault }) => fault === undefined);
    for (let round = 0; round < rounds; round += 1) {
      await act(world, round);
      expectedCertificates.push(leafFingerprint(world));
      const lost = load.attempts.filter(({ fault }) => fault !== undefined).length;
      tell(`${name}: round ${round + 1} of ${rounds}, ${load.attempts.length} sent, ${lost} lost`);
    }
    // requests of the last round may still be in the edge
    await new Promise((resolve) => setTimeout(resolve, 3000));
  } finally {
    await load.stop();
  }
  return { ...(await load.result), name, rounds, mayLose };
}

/** The rows as a Markdown table. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, rounds, sent, lost, wrongCertificate, latency, seconds }) =>
    [
      name,
      rounds,
      sent,
      lost.length,
      wrongCertificate.length,
      latency.p50,
      latency.p99,
      latency.max,
      Math.round(seconds),
    ].join(" | "),
  );
  const head = "experiment | times | POSTs | lost | wrong certificate | p50 ms | p99 ms | longest ms | seconds";
  return [head, "---|---|---|---|---|---|---|---|---", ...lines].map((line) => `| ${line} |`).join("\n");
}
