import { App } from "cdktf";
import type { Config } from "./config.ts";
import type { AnalyzeStack } from "./stacks/analyze-stack.ts";
import { DevStack } from "./stacks/dev-stack.ts";
import { type ProdBuilds, ProdStack } from "./stacks/prod-stack.ts";

/** The app with the stack of one stage. `synth()` on it writes Terraform's JSON below `outdir`; nothing is called. */
export function createApp(config: Config, builds: ProdBuilds, outdir?: string): App {
  const app = new App(outdir === undefined ? {} : { outdir });
  createStack(app, config, builds);
  return app;
}

/** Puts the stack of one stage into an app. */
export function createStack(app: App, config: Config, builds: ProdBuilds): AnalyzeStack {
  if (config.production === null) return new DevStack(app, config.stage, config, builds.release);
  return new ProdStack(app, config.stage, config, config.production, builds);
}
