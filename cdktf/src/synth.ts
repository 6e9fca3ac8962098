import { join } from "node:path";
import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { removeImports } from "./recovery/stack.ts";
import { buildRelease } from "./release/build.ts";
import type { Release } from "./release/release.ts";
import { buildRotation } from "./rotation/build.ts";

/** Builds the bundles and writes Terraform's JSON to cdktf.out/stacks/<stage>/. Returns the client's release. */
export async function synth(config: Config): Promise<Release> {
  const [release, rotation] = await Promise.all([buildRelease(config.target), buildRotation()]);
  const app = createApp(config, { release, rotation });
  app.synth();
  await removeImports(join(app.outdir, "stacks", config.stage));
  return release;
}
