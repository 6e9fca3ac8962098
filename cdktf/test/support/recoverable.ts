import { type Found, noCluster } from "../../src/recovery/found.ts";
import type { Resource } from "../../src/recovery/stack.ts";
import { withPrometheus } from "./fixture.ts";
import { synthesise } from "./synthesised.ts";

/** The resources of a stage; a cluster has stores and Amazon Managed Prometheus. */
export function resourcesOf(stage: string, changes: NodeJS.ProcessEnv = {}): Resource[] {
  return Object.entries(synthesise(stage, changes, undefined, withPrometheus).resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, values]) => ({ address: `${type}.${name}`, type, values })),
  );
}

/** What Terraform adds to a prefix. */
export const suffix = "20261126032444793600000002";
/** Where the stage is. */
export const at = { account: "123456789012", region: "eu-central-1" };
/** An empty account. */
export const nothing: Found = {
  ...noCluster,
  nats: [],
  flowLogs: [],
  templates: [],
  vpcs: [],
  subnets: [],
  gateways: [],
  tables: [],
  groups: [],
  rules: [],
  endpoints: [],
  instances: [],
  addresses: [],
  keys: [],
  roles: [],
  profiles: [],
  buckets: [],
  repositories: [],
};
