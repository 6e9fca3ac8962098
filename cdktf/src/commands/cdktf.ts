import { attach } from "../../../deploy/run.ts";

/**
 * The original command line, `cdktf <arguments>`. Its terminal addon has builds up to Node 22 and fails on 24, so npm fetches
 * that Node beside it. Resolves with its exit code.
 */
export function cdktf(args: readonly string[]): Promise<number> {
  const packages = ["--package=node@22.23.3", "--package=cdktf-cli@0.21.0"];
  const env = { CHECKPOINT_DISABLE: "1", CDKTF_SKIP_PROVIDER_LOCK: "true" };
  return attach("npx", ["--yes", ...packages, "cdktf", ...args], env);
}
