import { Testing } from "cdktf";
import { z } from "zod";
import { config, production, release, rotation } from "./fixture.ts";
import { type Stage, stages } from "../../src/stages.ts";
import { createStack } from "../../src/app.ts";

const shape = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
  provider: z.object({ aws: z.array(z.record(z.string(), z.unknown())) }),
  output: z.record(z.string(), z.object({ value: z.string() })),
  data: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
  terraform: z.object({
    required_providers: z.object({ aws: z.object({ version: z.string() }) }),
    backend: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});

/** One stage as Terraform's JSON. */
export type Synthesised = z.infer<typeof shape>;

const archive = await release();

/** Synthesises a stage, and calls nothing. `changes` sets or unsets variables; `builds` replace the client. */
export function synthText(
  stage: string,
  changes: NodeJS.ProcessEnv = {},
  builds = { release: archive, rotation },
  known: Readonly<Record<string, Stage>> = stages,
): string {
  const settings = config(
    { ...(known[stage]?.cluster == null ? {} : production), ANALYZE_STAGE: stage, ...changes },
    known,
  );
  return Testing.synth(createStack(Testing.app(), settings, builds));
}

/** The same, parsed. */
export function synthesise(...parameters: Parameters<typeof synthText>): Synthesised {
  return shape.parse(JSON.parse(synthText(...parameters)));
}

/** All resources of a type. */
export function all({ resource }: Synthesised, type: string): Record<string, unknown>[] {
  return Object.values(resource[type] ?? {});
}
