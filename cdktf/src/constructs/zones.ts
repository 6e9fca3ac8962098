import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";

/** Zones in which EKS accepts no subnets for its control plane, by zone IDs, which are the same in every account. */
const withoutEks = ["use1-az3", "usw1-az2", "cac1-az3"];

/** The Availability Zones of the region, as AWS names them: not every region has an a and a b. */
export class Zones extends Construct {
  private readonly names: string[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const found = new DataAwsAvailabilityZones(this, "found", {
      state: "available",
      // Local and Wavelength Zones are opt-in, and lack NAT gateways and some load balancers.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      excludeZoneIds: withoutEks,
    });
    this.names = found.names;
  }

  /** Name of one zone, from 0. Terraform's plan fails if the region has fewer. */
  at(index: number): string {
    return Fn.lookupNested(this.names, [index]);
  }
}
