import { type Cluster, kubernetes } from "../../deploy/cluster/cluster.ts";

/** A cluster without nodes whose kubectl and helm a test replaces. */
export const testCluster: Cluster = { ...kubernetes("test"), context: "test", kind: "other", nodes: [] };
