import { must } from "../run.ts";

/** Helm's options for an upgrade that is undone where it fails. */
export async function rollingBack(): Promise<string[]> {
  const version = await must("helm", ["version", "--short"]);
  // helm 4 applies server-side, where a field changed by hand is a conflict: the deployment wins.
  return version.startsWith("v3") ? ["--atomic"] : ["--rollback-on-failure", "--server-side=true", "--force-conflicts"];
}
