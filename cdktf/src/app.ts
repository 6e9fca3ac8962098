import { App } from "cdktf";
import type { Config } from "./config.ts";
import type { AnalyzeStack } from "./stacks/analyze-stack.ts";
import { type Builds, ClusterStack } from "./stacks/cluster-stack.ts";
import { HostStack } from "./stacks/host-stack.ts";

/** The app with the stack of one stage. `synth()` on it writes Terraform's JSON below `outdir`; nothing is called. */
export function createApp(config: Config, builds: Builds, outdir?: string): App {
  const app = new App(outdir === undefined ? {} : { outdir });
  createStack(app, config, builds);
  return app;
}

/** Puts the stack of one stage into an app. */
export function createStack(app: App, config: Config, builds: Builds): AnalyzeStack {
  const { literal, production } = config;
  if (literal.cluster === null || production === null) return new HostStack(app, config.stage, config, builds.release);
  return new ClusterStack(app, config.stage, config, { stage: literal.cluster, production }, builds);
}
