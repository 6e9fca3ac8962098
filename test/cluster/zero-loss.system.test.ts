import { afterAll, beforeAll, expect, it } from "vitest";
import { doubledIn, ledgerOf } from "../load/ledger.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { experiments } from "./chaos/experiment.ts";
import { measure, tableOf, type Row } from "./chaos/measure.ts";
import { deployed, fixedSize, podsOf, type World } from "./world.ts";

let world: World;
const rows: Row[] = [];

describeWith(["cluster", "helm", "docker"], "no POST is lost, and no wrong certificate is seen", () => {
  beforeAll(async () => {
    world = await deployed("--set", fixedSize);
  });
  afterAll(() => {
    process.stdout.write(`${tableOf(rows)}\n`);
  });

  it.each(experiments.filter(({ rounds }) => rounds.short > 0))("$name", async (experiment) => {
    const row = await measure(world, experiment, experiment.rounds.short);
    rows.push(row);
    expect({ lost: row.lost, wrongCertificate: row.wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    expect(row.sent).toBeGreaterThan(100);
  });

  it("a POST that may have an effect is never executed twice, even if pods crash", async () => {
    const crash = experiments.find(({ name }) => name.includes("crashed"));
    const url = `https://${world.host}/data`;
    const load = startLoad({ ...world.target, url, keepAlive: 4, fresh: 4, pauseMs: 10, durationMs: 120_000 });
    // even rounds are web's
    for (const round of [0, 2]) await crash?.act(world, round);
    await load.stop();
    const logs = await Promise.all(
      (await podsOf(world, "web")).flatMap((pod) =>
        [[], ["--previous"]].map((which) => world.cluster.kubectl("-n", world.namespace, "logs", pod, ...which)),
      ),
    );
    const lines = logs.flatMap(({ code, stdout }) => (code === 0 ? stdout.split("\n") : []));
    const ledger = ledgerOf(lines, ({ msg }) => msg === "request");
    const carriedOut = load.attempts.filter(({ id }) => ledger.has(id));
    expect({ doubled: doubledIn(ledger), enough: carriedOut.length > 100 }).toEqual({ doubled: [], enough: true });
  });
});
