import { isMap, isNode, isScalar, parse, parseDocument, type YAMLMap } from "yaml";
import { z } from "zod";

/** One value of the chart. */
interface ChartValue {
  /** `web.image.tag` */
  readonly path: string;
  /** As JSON. */
  readonly value: string;
  /** The comment above it in values.yaml, in one line. */
  readonly comment: string;
}

/** All leaf values of a values.yaml, in order. A group's own comment has a row with the group's name. Pure. */
function chartValues(text: string): ChartValue[] {
  const { contents } = parseDocument(text);
  return isMap(contents) ? rowsIn(contents, "") : [];
}

function rowsIn(group: YAMLMap, above: string): ChartValue[] {
  return group.items.flatMap(({ key, value }, index) => {
    if (!isScalar(key)) return [];
    const path = above === "" ? String(key.value) : `${above}.${String(key.value)}`;
    // The parser assigns the comment above a group's first key to the group.
    const comment = inOneLine(key.commentBefore ?? (index === 0 && above !== "" ? group.commentBefore : ""));
    if (!isMap(value) || value.items.length === 0) {
      return [{ path, value: JSON.stringify(isNode(value) ? value.toJSON() : null), comment }];
    }
    return [...(comment === "" ? [] : [{ path, value: "", comment }]), ...rowsIn(value, path)];
  });
}

function inOneLine(comment: string | null | undefined): string {
  const lines = (comment ?? "").split("\n").map((line) => line.trim());
  return lines.join(" ").trim();
}

const chartShape = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  kubeVersion: z.string(),
});

function rowOf({ path, value, comment }: ChartValue): string {
  const cells = [`\`${path}\``, value === "" ? "" : `\`${value}\``, comment];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The chart's README. Pure. */
export function readmeOf(chartYaml: string, valuesYaml: string): string {
  const chart = chartShape.parse(parse(chartYaml));
  const rows = chartValues(valuesYaml).map(rowOf);
  return `# ${chart.name}

${chart.description}. Kubernetes ${chart.kubeVersion}. \`npm run chart:readme\` writes this page.

\`\`\`sh
helm install analyze oci://REGISTRY/charts/${chart.name} --version VERSION --namespace analyze --create-namespace \\
  --set image.registry=REGISTRY_HOST --set edge.host=analyze.example.org
helm test analyze --namespace analyze      # one verified POST through the edge
\`\`\`

The Secrets of the edge's certificate come first: \`npm run deploy:minikube\` makes them in any cluster, and installs the chart from a checkout; with \`--images dist/images.json\`
images by digest. A private registry: \`npm run registry-secret\`, then \`--set image.pullSecrets={registry}\`.

Upgrades: read [CHANGELOG](../CHANGELOG.md). \`npm run test:full -- upgrade\` upgrades from every earlier chart.

## Values

| Value | Default | |
| --- | --- | --- |
${rows.join("\n")}
`;
}
