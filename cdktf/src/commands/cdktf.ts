import { spawnSync } from "node:child_process";

/**
 * The original command line, `cdktf <arguments>`. Its terminal addon has builds up to Node 22 and it dies on 24, so npm fetches
 * that Node beside it. Returns its exit code.
 */
export function cdktf(args: readonly string[]): number {
  const packages = ["--package=node@22.23.3", "--package=cdktf-cli@0.21.0"];
  const env = { ...process.env, CHECKPOINT_DISABLE: "1", CDKTF_SKIP_PROVIDER_LOCK: "true" };
  const { status } = spawnSync("npx", ["--yes", ...packages, "cdktf", ...args], { stdio: "inherit", env });
  return status ?? 1;
}
