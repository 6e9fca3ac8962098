import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";

const execute = promisify(execFile);

/** kubectl is missing, or says no; the message is its own. */
export class KubectlError extends Error {
  override name = "KubectlError";
}

/** Runs the person's kubectl with their context, and resolves with what it prints. */
export type Kubectl = (args: string[]) => Promise<string>;

/** Throws {@link KubectlError}. No call waits longer than ten seconds for the cluster. */
export const kubectl: Kubectl = async (args) => {
  try {
    const { stdout } = await execute("kubectl", ["--request-timeout=10s", ...args], {
      maxBuffer: 32 * 2 ** 20,
      timeout: 15_000,
    });
    return stdout;
  } catch (error) {
    const { stderr = "", message = "" } = z.object({ stderr: z.string(), message: z.string() }).partial().parse(error);
    throw new KubectlError((stderr || message).trim());
  }
};

const metadata = z.object({
  name: z.string(),
  namespace: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
});

const backend = z.object({ service: z.object({ name: z.string() }).optional() });

export const ingress = z.object({
  metadata,
  spec: z.object({
    ingressClassName: z.string().optional(),
    tls: z.array(z.object({ hosts: z.array(z.string()).default([]), secretName: z.string().default("") })).default([]),
    rules: z
      .array(
        z.object({
          host: z.string().default(""),
          http: z.object({ paths: z.array(z.object({ backend })) }).optional(),
        }),
      )
      .default([]),
  }),
});
export type Ingress = z.infer<typeof ingress>;

export const endpointSlice = z.object({
  metadata,
  endpoints: z
    .array(z.object({ conditions: z.object({ ready: z.boolean().default(true) }).default({ ready: true }) }))
    .nullish()
    .transform((endpoints) => endpoints ?? []),
});

const podSpec = z.object({
  terminationGracePeriodSeconds: z.number().default(30),
  imagePullSecrets: z.array(z.object({ name: z.string() })).default([]),
  containers: z.array(z.object({ image: z.string() })),
});

export const deployment = z.object({
  metadata,
  spec: z.object({ replicas: z.number().default(1), template: z.object({ spec: podSpec }) }),
});
export type Deployment = z.infer<typeof deployment>;

export const configMap = z.object({ metadata, data: z.record(z.string(), z.string()).default({}) });
export const named = z.object({ metadata });

/** All objects of a kind, as kubectl's `get -o json` lists them. */
export async function list<T>(run: Kubectl, schema: z.ZodType<T>, args: string[]): Promise<T[]> {
  const output: unknown = JSON.parse(await run(["get", ...args, "-o", "json"]));
  return z.object({ items: z.array(schema) }).parse(output).items;
}
