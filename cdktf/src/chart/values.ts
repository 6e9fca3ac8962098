import { findPlace } from "../state/find-place.ts";
import { notDeployed, readOutputs } from "../state/outputs.ts";
import { project } from "../../../deploy/images/docker.ts";
import { type ImageTags, tagsOf } from "../../../deploy/images/images.ts";
import { type ImageRecord, pushedImage } from "../../../deploy/images/record.ts";
import { failure } from "../../../deploy/run.ts";

/** Prints values for the Helm chart (JSON, which is YAML): what ingress/values.prod.yaml leaves to a deployment. */
export async function values(): Promise<void> {
  const place = await findPlace(process.env);
  const outputs = await readOutputs(place);
  if (outputs.size === 0) throw failure(notDeployed(place.stage));
  process.stdout.write(`${JSON.stringify(chartValues(outputs, tagsOf(project)), null, 2)}\n`);
}

type Outputs = ReadonlyMap<string, string>;

/**
 * The chart's values for these outputs: registry, images (with stores, also Redis' and MongoDB's, else neither) and, if Terraform
 * made the edge, its name, target group and subnets. `record`: pushed images, by digest from the record's registry;
 * null: those of the stage's repositories. Throws if the stage has not been deployed.
 */
export function chartValues(outputs: Outputs, tags: ImageTags, record: ImageRecord | null = null): object {
  const pathOf = (name: keyof ImageTags): string[] => output(outputs, `${name}-repository`).split("/");
  const image = (name: keyof ImageTags): object => ({
    image:
      record === null ? { repository: pathOf(name).slice(1).join("/"), tag: tags[name] } : pushedImage(record, name),
  });
  return {
    image: { registry: record === null ? pathOf("web")[0] : "" },
    web: image("web"),
    worker: image("worker"),
    test: image("client"),
    ...(outputs.has("target-group") ? edgeValues(outputs) : {}),
    ...(outputs.has("target-group") || outputs.has("valkey-image") ? storeValues(outputs) : {}),
    ...(outputs.has("secret-arn") ? { auth: { tokensSecretName: tokensSecret } } : {}),
  };
}

/** Secret with the tokens of callers that may use tasks. A person creates it in the chart's namespace. */
export const tokensSecret = "analyze-tokens";

/** The Secret that External Secrets makes of the rotated secret (docs/external-secrets.yaml), in the chart's namespace. */
const storesSecret = "stores";

/** The cluster of a stage without stores has no StorageClass, so tasks and documents are off. */
function storeValues(outputs: Outputs): object {
  const enabled = outputs.has("secret-arn");
  const image = (name: string): object => {
    const reference = outputs.get(`${name}-image`);
    return reference === undefined ? {} : { image: reference };
  };
  return {
    redis: { enabled, ...image("valkey"), ...(enabled ? { userSecretName: storesSecret } : {}) },
    mongodb: { enabled, ...image("mongo"), ...(enabled ? { passwordSecretName: storesSecret } : {}) },
  };
}

function edgeValues(outputs: Outputs): object {
  return {
    edge: {
      host: new URL(output(outputs, "edge-url")).hostname,
      targetGroup: { arn: output(outputs, "target-group") },
    },
    networkPolicy: { edgeCidrs: output(outputs, "edge-cidrs").split(",") },
  };
}

/** One output. Throws when no deployment of the stage has finished. */
export function output(outputs: Outputs, name: string): string {
  const value = outputs.get(name);
  if (value === undefined)
    throw failure(`The deployment has not finished, and ${name} is missing: run \`npm run deploy\` again.`);
  return value;
}
