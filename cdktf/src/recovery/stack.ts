import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const shape = z.object({ resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))) });

/** A resource as it is synthesised: attributes that Terraform fills in are `${…}`. */
export interface Resource {
  /** `type.name`, as Terraform names it. */
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** All resources of the stack in this folder. */
export async function resourcesIn(folder: string): Promise<Resource[]> {
  const { resource } = shape.parse(JSON.parse(await readFile(join(folder, "cdk.tf.json"), "utf8")));
  return Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, values]) => ({ address: `${type}.${name}`, type, values })),
  );
}

/** The address of the resource that an attribute refers to; undefined: none. */
export function referenceIn(value: unknown): string | undefined {
  return /^\$\{(aws_\w+\.[\w-]+)\.\w+\}$/.exec(String(value))?.[1];
}
