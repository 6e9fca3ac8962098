import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { experiments, measure, tableOf, type Row } from "./chaos/experiment.ts";
import { deployed, fixedSize, type World } from "./world.ts";

let world: World;
const rows: Row[] = [];

describeWith(["cluster", "helm", "docker"], "no POST is lost, and no other certificate is seen", () => {
  beforeAll(async () => {
    world = await deployed("--set", fixedSize);
  });
  afterAll(async () => {
    process.stdout.write(`${tableOf(rows)}\n`);
    await deployed();
  });

  test.each(experiments.filter(({ rounds }) => rounds.short > 0))("$name", async (experiment) => {
    const row = await measure(world, experiment, experiment.rounds.short);
    rows.push(row);
    expect({ lost: row.lost, wrongCertificate: row.wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
    expect(row.sent).toBeGreaterThan(100);
  });
});
