import { createApp } from "./app.ts";
import type { Config } from "./config.ts";
import { buildRelease } from "./release/build.ts";
import type { Release } from "./release/release.ts";

/** Builds the release and writes Terraform's JSON to cdktf.out/stacks/<stage>/. Returns the release that it names. */
export async function synth(config: Config): Promise<Release> {
  const release = await buildRelease(config.target);
  createApp(config, release).synth();
  return release;
}
