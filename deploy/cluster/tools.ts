import type { Finding } from "@analyze/common/finding";
import { howToInstall } from "../installation.ts";
import { run } from "../run.ts";
import type { Cluster } from "./cluster.ts";

const tools = {
  kubectl: ["version", "--client"],
  helm: ["version"],
  docker: ["info"],
  minikube: ["version"],
  kind: ["version"],
} as const;

/** Findings for programs that are not installed or do not work. */
export async function toolFindings(names: readonly (keyof typeof tools)[]): Promise<Finding[]> {
  const results = await Promise.all(names.map(async (name) => ({ name, ...(await run(name, tools[name])) })));
  return results
    .filter(({ code }) => code !== 0)
    .map(({ name, code, stderr }) => {
      const said = stderr.trim().split("\n")[0] ?? "";
      const why = said === "" ? `exit code ${code}` : said;
      const saw = code === 127 ? `${name} is not installed` : `${name} does not work: ${why}`;
      return { name: `tool-${name}`, state: "broken", saw, next: howToInstall(name) };
    });
}

/** What is missing to load images into the nodes. */
export async function loaderFindings(cluster: Cluster, loader: readonly string[] | undefined): Promise<Finding[]> {
  if (loader) return [];
  if (cluster.kind !== "other") return toolFindings([cluster.kind]);
  return [
    {
      name: "image-loader",
      state: "broken",
      saw: `the cluster of context ${cluster.context} is neither minikube nor kind`,
      means: "images cannot be loaded",
      next: 'set IMAGE_LOADER, for example IMAGE_LOADER="k3d image import"',
    },
  ];
}
