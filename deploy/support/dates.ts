import { day } from "../../common/src/time.ts";

/** Something that others support until a day. */
export interface Supported {
  readonly what: string;
  readonly version: string;
  /** Last day of support, `YYYY-MM-DD`; null: none is published. */
  readonly end: string | null;
  /** Where the date is from. */
  readonly source: string;
}

/** What this project runs on, with the end of its support as read on 2026-11-25. A test holds the versions against the code. */
export const supported: readonly Supported[] = [
  {
    what: "Kubernetes on EKS, standard support",
    version: "1.35",
    end: "2027-03-27",
    source: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  },
  { what: "Node.js", version: "24", end: "2028-04-30", source: "https://nodejs.org/en/about/previous-releases" },
  {
    what: "base image, Debian",
    version: "debian13",
    end: "2028-08-09",
    source: "https://wiki.debian.org/DebianReleases",
  },
  {
    what: "Lambda runtime",
    version: "nodejs22.x",
    end: "2027-04-30",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
  },
  {
    what: "Terraform's AWS provider",
    version: "5.100.0",
    end: null,
    source: "https://registry.terraform.io/providers/hashicorp/aws/latest",
  },
];

/** How long before the end of support something is reported. */
const noticeDays = 60;

/** What is out of support at `now` or will be within {@link noticeDays}: one sentence each. */
export function endingSupport(now: Date, table: readonly Supported[] = supported): string[] {
  return table.flatMap(({ what, version, end, source }) => {
    if (end === null) return [];
    const days = Math.ceil((Date.parse(end) + day - now.getTime()) / day);
    if (days > noticeDays) return [];
    const when = days > 0 ? `ends in ${days} ${days === 1 ? "day" : "days"}, on ${end}` : `ended on ${end}`;
    return [`Support for ${what} ${version} ${when}: move to a newer version (${source}).`];
  });
}
