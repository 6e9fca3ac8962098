import { tagsOf } from "../../../ingress/deploy/images.ts";
import { readConfig } from "../config.ts";
import { project } from "../images/push.ts";
import { stackFolder, Terraform } from "../terraform/terraform.ts";

/** Prints values for the Helm chart (JSON, which is YAML): the registry, the images that were pushed last, the edge's name. */
export function values(): void {
  const config = readConfig(process.env);
  const outputs = new Terraform(stackFolder(config.stage)).outputs();
  const tags = tagsOf(project);
  process.stdout.write(`${JSON.stringify(chartValues(outputs, tags), null, 2)}\n`);
}

/** The chart's values for these outputs. Throws when the stage has not been deployed. */
export function chartValues(outputs: ReadonlyMap<string, string>, tags: { web: string; worker: string }): object {
  const image = (name: "web" | "worker"): { registry: string; image: { repository: string; tag: string } } => {
    const url = outputs.get(`${name}-repository`);
    if (url === undefined) throw new Error("There are no repositories yet: run `npm run deploy` first.");
    const [registry = "", ...repository] = url.split("/");
    return { registry, image: { repository: repository.join("/"), tag: tags[name] } };
  };
  const [web, worker] = [image("web"), image("worker")];
  const edge = outputs.get("edge-url");
  return {
    image: { registry: web.registry },
    web: { image: web.image },
    worker: { image: worker.image },
    ...(edge === undefined ? {} : { edge: { host: new URL(edge).hostname } }),
  };
}
