/** What a stage is made of; the differences between dev and prod are the differences between these two literals. */
export interface Stage {
  /** Two Availability Zones or one: their letters, appended to the region's name. */
  readonly zones: readonly string[];
  /** What `terraform destroy` may delete although it holds images or releases. */
  readonly deleteFull: boolean;
  /** Images kept in each ECR repository. */
  readonly imagesKept: number;
  /** What runs the images, as Docker names it; null: as the machine that builds them, which has the cluster too. */
  readonly imagePlatform: string | null;
  readonly host: {
    readonly instanceType: string;
    readonly volumeGiB: number;
    /** Its own small network: it watches from outside of the cluster's. */
    readonly networkCidr: string;
    /** Where the client calls, when the environment does not say. The first is the tunnel's end on the host. */
    readonly clientDefaults: Readonly<Record<string, string>>;
    /** CIDR that the client may call, when the environment does not say; null: derived from ANALYZE_ADDRESS. */
    readonly egressCidr: string | null;
  };
  /** The cluster and its edge; null: the cluster is a person's own. */
  readonly cluster: ClusterStage | null;
}

export interface ClusterStage {
  readonly networkCidr: string;
  readonly kubernetesVersion: string;
  readonly nodeType: string;
  readonly nodes: { readonly min: number; readonly desired: number; readonly max: number };
  /** How private subnets reach AWS: one NAT gateway, one for each zone, or interface endpoints and no internet at all. */
  readonly egress: "nat" | "nat-per-zone" | "endpoints";
  /** False: the API server has an address inside the network alone. */
  readonly publicApi: boolean;
  /** Requests from one address within five minutes before the WAF refuses it. */
  readonly requestsPerFiveMinutes: number;
  readonly logDays: number;
}

export const stages = {
  dev: {
    zones: ["a"],
    deleteFull: true,
    imagesKept: 10,
    imagePlatform: null,
    host: {
      instanceType: "t4g.micro",
      volumeGiB: 8,
      networkCidr: "10.73.0.0/24",
      clientDefaults: { ANALYZE_URL: "https://analyze.test/", ANALYZE_ADDRESS: "127.0.0.1:8443" },
      egressCidr: null,
    },
    cluster: null,
  },
  prod: {
    zones: ["a", "b"],
    deleteFull: false,
    imagesKept: 50,
    imagePlatform: "linux/amd64",
    host: {
      instanceType: "t4g.micro",
      volumeGiB: 8,
      networkCidr: "10.73.1.0/24",
      clientDefaults: {},
      // The addresses of an ALB change: only the port can be fixed.
      egressCidr: "0.0.0.0/0",
    },
    cluster: {
      networkCidr: "10.74.0.0/16",
      kubernetesVersion: "1.33",
      nodeType: "t3.medium",
      nodes: { min: 2, desired: 2, max: 4 },
      egress: "nat",
      publicApi: false,
      requestsPerFiveMinutes: 2000,
      logDays: 365,
    },
  },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof stages;
