import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const shape = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
  import: z.array(z.object({ to: z.string() })).default([]),
});

/** A resource as it is synthesised: attributes that Terraform fills in are `${…}`. */
export interface Resource {
  /** `type.name`, as Terraform names it. */
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A synthesised stack. */
export interface Stack {
  readonly resources: readonly Resource[];
  /** Addresses that the stack imports itself. */
  readonly imported: ReadonlySet<string>;
}

/** The files by which `recover` imports. `override` ignores attributes of what is imported. */
export function importFiles(folder: string): { readonly imports: string; readonly override: string } {
  return { imports: join(folder, "imported.tf.json"), override: join(folder, "imported_override.tf.json") };
}

/** Removes these files: left by a killed `recover`, they would hide changes from every later plan. */
export async function removeImports(folder: string): Promise<void> {
  await Promise.all(Object.values(importFiles(folder)).map((file) => rm(file, { force: true })));
}

/** The stack in this folder. */
export async function readStack(folder: string): Promise<Stack> {
  const { resource, import: own } = shape.parse(JSON.parse(await readFile(join(folder, "cdk.tf.json"), "utf8")));
  const resources = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, values]) => ({ address: `${type}.${name}`, type, values })),
  );
  return { resources, imported: new Set(own.map(({ to }) => to)) };
}

/** The address of the resource that an attribute refers to; undefined: none. */
export function referenceIn(value: unknown): string | undefined {
  return /^\$\{(aws_\w+\.[\w-]+)\.\w+\}$/.exec(String(value))?.[1];
}
