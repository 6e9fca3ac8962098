import { App } from "cdktf";
import type { Config } from "./config.ts";
import { DevStack } from "./stacks/dev-stack.ts";
import { type ProdBuilds, ProdStack } from "./stacks/prod-stack.ts";

/** The app with the stack of one stage. `synth()` on it writes Terraform's JSON below `outdir`; nothing is called. */
export function createApp(config: Config, builds: ProdBuilds, outdir?: string): App {
  const app = new App(outdir === undefined ? {} : { outdir });
  if (config.production === null) new DevStack(app, config.stage, config, builds.release);
  else new ProdStack(app, config.stage, config, config.production, builds);
  return app;
}
