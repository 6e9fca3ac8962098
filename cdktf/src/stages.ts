/** The definition of a stage. Names, tags, outputs and settings are derived from its key in {@link stages}. */
export interface Stage {
  /** How many Availability Zones it uses. Terraform looks up which ones the region has. */
  readonly zones: number;
  /** Whether `npm run destroy` needs no `--unprotect`, and deletes repositories and buckets with content. */
  readonly deleteFull: boolean;
  /** Releases, and other builds, kept in each ECR repository. */
  readonly imagesKept: number;
  /** Platform of the images, as Docker names it; null: that of the machine that builds them, which runs the cluster too. */
  readonly imagePlatform: string | null;
  readonly host: {
    readonly instanceType: string;
    readonly volumeGiB: number;
    /** Its small, separate network: it watches the cluster from outside. Networks of stages must not overlap. */
    readonly networkCidr: string;
    /** What the client calls, unless the environment sets it. The first is the tunnel's end on the host. */
    readonly clientDefaults: Readonly<Record<string, string>>;
    /** CIDR that the client may call, unless the environment sets it; null: derived from ANALYZE_ADDRESS. */
    readonly egressCidr: string | null;
  };
  /** The cluster and its edge; null: the cluster runs elsewhere, for example in minikube. */
  readonly cluster: ClusterStage | null;
}

export interface ClusterStage {
  /** A /16 that overlaps no other network of any stage. */
  readonly networkCidr: string;
  readonly kubernetesVersion: string;
  readonly nodeType: string;
  readonly nodes: { readonly min: number; readonly desired: number; readonly max: number };
  /** How private subnets reach AWS: one NAT gateway, one for each zone, or interface endpoints and no internet at all. */
  readonly egress: "nat" | "nat-per-zone" | "endpoints";
  /** The autoscaler, which adds nodes for pending pods, up to `nodes.max`, and removes empty ones. */
  readonly autoscaler: "none" | "cluster-autoscaler";
  /** Requests from one address within five minutes before the WAF blocks it. */
  readonly requestsPerFiveMinutes: number;
  readonly logDays: number;
  /** Whether Redis and MongoDB run in the cluster: then there are a rotated secret with their passwords and a StorageClass. */
  readonly stores: boolean;
  /** Whether Amazon Managed Service for Prometheus scrapes the pods and evaluates the alerts; false: a Prometheus of yours, or none. */
  readonly managedPrometheus: boolean;
}

/** Every stage. A new stage is one more literal here; `stage-faults.ts` checks what the types cannot. */
export const stages = {
  dev: {
    zones: 1,
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
    zones: 2,
    deleteFull: false,
    imagesKept: 50,
    imagePlatform: "linux/amd64",
    host: {
      instanceType: "t4g.micro",
      volumeGiB: 8,
      networkCidr: "10.73.1.0/24",
      clientDefaults: {},
      // The addresses of an ALB change, so only the port can be fixed.
      egressCidr: "0.0.0.0/0",
    },
    cluster: {
      networkCidr: "10.74.0.0/16",
      kubernetesVersion: "1.35",
      nodeType: "t3.medium",
      nodes: { min: 2, desired: 2, max: 4 },
      egress: "nat",
      autoscaler: "cluster-autoscaler",
      requestsPerFiveMinutes: 2000,
      logDays: 365,
      stores: false,
      managedPrometheus: false,
    },
  },
} as const satisfies Record<string, Stage>;
