import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const metadata = z.object({ name: z.string(), namespace: z.string() });
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
      data: z.tuple([z.object({ remoteRef: z.object({ key: z.string(), property: z.string() }) })]),
    }),
  }),
]);

/** The manifest that docs/aws.md gives for External Secrets: as it stands there, and read. Throws when it is not there. */
export function documentedSecret(): { yaml: string; objects: z.infer<typeof shape> } {
  const page = readFileSync(new URL("../../../docs/aws.md", import.meta.url), "utf8");
  const [, yaml = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  return { yaml, objects: shape.parse(parseAllDocuments(yaml).map((document): unknown => document.toJS())) };
}
