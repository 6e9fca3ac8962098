import { beforeAll, expect, it } from "vitest";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { drawCurve } from "./curve.ts";
import { deployed, podsOf, type World } from "./world.ts";

let world: World;

describeWith(["cluster", "helm", "docker"], "web's autoscaler", () => {
  beforeAll(async () => {
    world = await deployed("--set", "web.autoscaling.quietSeconds=15");
  });

  it("load scales web to 4 pods or more and back to 2, without a lost request", async () => {
    const pods = async (): Promise<number> => (await podsOf(world, "web")).length;
    const stopDrawing = drawCurve(async () => `${await pods()} pods of web`);
    const load = startLoad({ ...world.target, keepAlive: 8, fresh: 2, durationMs: 240_000 });
    try {
      await expect.poll(pods, { timeout: 180_000 }).toBeGreaterThanOrEqual(4);
    } finally {
      await load.stop();
    }
    const { lost, sent } = await load.result;
    expect({ lost, enough: sent > 1000 }).toEqual({ lost: [], enough: true });
    await expect.poll(pods, { timeout: 240_000, interval: 1000 }).toBe(2);
    await stopDrawing();
  }, 480_000);
});
