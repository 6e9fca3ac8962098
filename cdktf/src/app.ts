import { App } from "cdktf";
import type { Config } from "./config.ts";
import type { Release } from "./release/release.ts";
import { DevStack } from "./stacks/dev-stack.ts";

/** The app with the stack of one stage. `synth()` on it writes Terraform's JSON below `outdir`; nothing is called. */
export function createApp(config: Config, release: Release, outdir?: string): App {
  const app = new App(outdir === undefined ? {} : { outdir });
  new DevStack(app, config.stage, config, release);
  return app;
}
