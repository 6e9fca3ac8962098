import { beforeAll, expect, it } from "vitest";
import { edgeSuite } from "../edge/suite.ts";
import { tlsSuite } from "../edge/tls-suite.ts";
import { describeWith } from "../support/requirements.ts";
import { clusterEdgeSuite, edgeOf, strangeHandshakes } from "./edge.ts";
import { deployed, type World } from "./world.ts";

let world: World;

const log = (): Promise<string> =>
  world.cluster.read("-n", "ingress-nginx", "logs", "deployment/ingress-nginx-controller", "--since=60s");

describeWith(["cluster", "helm", "docker", "sslyze"], "edge.kind=ingress, the controller patched", () => {
  beforeAll(async () => {
    world = await deployed("--patch-controller");
  });

  edgeSuite(() => edgeOf(world), { ownProblems: false, clear: "redirects", hstsOnUnreadable: false });
  tlsSuite(() => edgeOf(world));
  clusterEdgeSuite("ingress", () => world, log);

  it("while the Secret is replaced 3 times, every handshake shows one of our leaves", async () => {
    const { strange, count } = await strangeHandshakes(world, 3);
    expect({ strange, enough: count > 20 }).toEqual({ strange: [], enough: true });
  });
});
