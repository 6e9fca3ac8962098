/** What a stage is made of; the differences between dev and prod are the differences between these two literals. */
export interface Stage {
  /** Two Availability Zones or one: their letters, appended to the region's name. */
  readonly zones: readonly string[];
  /** The stage's own network; /24 is what one host needs, /16 what a cluster needs. */
  readonly networkCidr: string;
  /** What `terraform destroy` may delete although it holds images or releases. */
  readonly deleteFull: boolean;
  /** Images kept in each ECR repository. */
  readonly imagesKept: number;
  readonly host: {
    readonly instanceType: string;
    readonly volumeGiB: number;
    /** Where the client calls, when the environment does not say. The first is the tunnel's end on the host. */
    readonly clientDefaults: Readonly<Record<string, string>>;
    /** CIDR that the client may call, when the environment does not say; null: derived from ANALYZE_ADDRESS. */
    readonly egressCidr: string | null;
  };
}

export const stages = {
  dev: {
    zones: ["a"],
    networkCidr: "10.73.0.0/24",
    deleteFull: true,
    imagesKept: 10,
    host: {
      instanceType: "t4g.micro",
      volumeGiB: 8,
      clientDefaults: { ANALYZE_URL: "https://analyze.test/", ANALYZE_ADDRESS: "127.0.0.1:8443" },
      egressCidr: null,
    },
  },
  prod: {
    zones: ["a", "b"],
    networkCidr: "10.74.0.0/16",
    deleteFull: false,
    imagesKept: 50,
    host: {
      instanceType: "t4g.small",
      volumeGiB: 8,
      clientDefaults: {},
      // The addresses of an ALB change: only the port can be fixed.
      egressCidr: "0.0.0.0/0",
    },
  },
} as const satisfies Record<string, Stage>;

export type StageName = keyof typeof stages;
