import { expect, it } from "vitest";
import { stageFaults } from "./stage-faults.ts";
import { type ClusterStage, type Stage, stages } from "./stages.ts";

const { dev, prod } = stages;

function host(changes: Partial<Stage["host"]>): Stage {
  return { ...dev, host: { ...dev.host, networkCidr: "10.80.0.0/24", ...changes } };
}

function clustered(changes: Partial<ClusterStage>, more: Partial<Stage> = {}): Stage {
  const own = { ...prod.host, networkCidr: "10.80.0.0/24" };
  return { ...prod, host: own, ...more, cluster: { ...prod.cluster, networkCidr: "10.81.0.0/16", ...changes } };
}

it("accepts the existing stages, and one more of each kind", () => {
  expect(stageFaults(stages)).toEqual([]);
  expect(stageFaults({ ...stages, staging: host({}) })).toEqual([]);
  expect(stageFaults({ ...stages, blue: clustered({}) })).toEqual([]);
});

it.each<[what: string, key: string, stage: Stage, fault: string]>([
  [
    "a host's network of another stage",
    "x",
    host({ networkCidr: "10.73.1.0/25" }),
    "10.73.1.0/25 overlaps 10.73.1.0/24 of stage prod",
  ],
  [
    "a host inside another stage's cluster",
    "x",
    host({ networkCidr: "10.74.9.0/24" }),
    "overlaps 10.74.0.0/16 of stage prod",
  ],
  [
    "a cluster over its own host",
    "x",
    clustered({ networkCidr: "10.80.0.0/16" }),
    "10.80.0.0/16 overlaps 10.80.0.0/24 of stage x",
  ],
  ["host bits", "x", host({ networkCidr: "10.80.0.1/24" }), "without host bits"],
  [
    "a network too small for its subnets",
    "x",
    clustered({ networkCidr: "10.81.0.0/20" }),
    "must be an IPv4 network of /16",
  ],
  ["a key with capitals", "Blue", host({}), "stage Blue: its key must be"],
  ["a key that makes names too long", "a".repeat(19), host({}), "at most 18"],
  ["the key of the pipeline's roles", "pipeline", host({}), "its key is that of `npm run pipeline-roles`"],
  ["a network of the internet", "x", host({ networkCidr: "8.8.8.0/24" }), "must be a private network"],
  ["a retention that CloudWatch lacks", "x", clustered({ logDays: 42 }), "cluster.logDays must be one of 1, 3,"],
  ["no node", "x", clustered({ nodes: { min: 0, desired: 0, max: 0 } }), "at least one desired"],
  ["half a node", "x", clustered({ nodes: { min: 1, desired: 1.5, max: 2 } }), "at least one desired"],
  ["one zone for a cluster", "x", clustered({}, { zones: 1 }), "a cluster needs 2 to 6 zones"],
  [
    "nodes of another processor than the images",
    "x",
    clustered({ nodeType: "t4g.medium" }),
    "run linux/arm64, the images are for linux/amd64",
  ],
  ["fewer nodes than the least", "x", clustered({ nodes: { min: 2, desired: 1, max: 4 } }), "min ≤ desired ≤ max"],
  ["an instance type that does not exist", "x", host({ instanceType: "t4g.tiny" }), "t4g.tiny does not exist"],
])("rejects %s", (_, key, stage, fault) => {
  expect(stageFaults({ ...stages, [key]: stage })).toEqual([expect.stringContaining(fault)]);
});
