import { z } from "zod";

const kinds = z.array(z.object({ kind: z.string(), group: z.string(), version: z.string() }));
const openapi = z.object({ definitions: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** A definition with properties allows no others, unless it says so. */
function closed(definition: Record<string, unknown>): Record<string, unknown> {
  const isOpen = !("properties" in definition) || "additionalProperties" in definition;
  return isOpen ? definition : { ...definition, additionalProperties: false };
}

/** An API server's OpenAPI v2 document → JSON schemas for kubeconform, by lower-case kind. */
export function schemasOf(document: unknown): Map<string, string> {
  const { definitions } = openapi.parse(document);
  const shared = Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, closed(one)]));
  // in YAML it is 8080 or "http"; OpenAPI v2 can only say string
  shared["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = { type: ["string", "integer"] };
  shared["io.k8s.apimachinery.pkg.api.resource.Quantity"] = { type: ["string", "number"] };
  const found = new Map<string, string>();
  for (const [name, definition] of Object.entries(definitions)) {
    const known = kinds.safeParse(definition["x-kubernetes-group-version-kind"]);
    const [first, ...more] = known.success ? known.data : [];
    if (!first || more.length > 0) continue;
    found.set(first.kind.toLowerCase(), JSON.stringify({ $ref: `#/definitions/${name}`, definitions: shared }));
  }
  return found;
}
