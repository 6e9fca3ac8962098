import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const metadata = z.object({ name: z.string(), namespace: z.string() });
const remote = z.object({ remoteRef: z.object({ key: z.string(), property: z.string() }) });
const shape = z.tuple([
  z.object({
    kind: z.literal("SecretStore"),
    metadata,
    spec: z.strictObject({ provider: z.object({ aws: z.strictObject({ service: z.string(), region: z.string() }) }) }),
  }),
  z.object({
    kind: z.literal("ExternalSecret"),
    metadata,
    spec: z.object({
      secretStoreRef: z.object({ name: z.string() }),
      data: z.tuple([remote], remote),
    }),
  }),
]);

/** The manifest for External Secrets that docs/aws.md names, as text and parsed. Throws if it is another one. */
export function documentedSecret(): { yaml: string; objects: z.infer<typeof shape> } {
  const yaml = readFileSync(new URL("../../../docs/external-secrets.yaml", import.meta.url), "utf8");
  return { yaml, objects: shape.parse(parseAllDocuments(yaml).map((document): unknown => document.toJS())) };
}
