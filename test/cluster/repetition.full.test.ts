import { beforeAll } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { repetitionSuite } from "./repetition.ts";
import { deployed, type World } from "./world.ts";

let world: World;

describeWith(["cluster", "helm", "docker"], "edge.kind=ingress and a web that dies unheard", () => {
  beforeAll(async () => {
    world = await deployed();
  });

  repetitionSuite(
    () => world,
    () => edgeOf(world),
    true,
  );
});
