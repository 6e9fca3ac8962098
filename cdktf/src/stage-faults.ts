import { type Cidr, hasHostBits, overlap, parseCidr } from "./settings/cidr.ts";
import { processorOf } from "./settings/processor.ts";
import type { ClusterStage, Stage } from "./stages.ts";

/** The longest that AWS accepts in `analyze-<key>-releases-`, the prefix of a bucket's name (37 characters). */
const longestKey = 19;

type Stages = Readonly<Record<string, Stage>>;

/** What is wrong with the literals in stages.ts: one line for each fault, which names the stage. */
export function stageFaults(stages: Stages): string[] {
  const single = Object.entries(stages).flatMap(([key, stage]) =>
    [...keyFaults(key), ...hostFaults(stage), ...clusterFaults(stage)].map((fault) => `stage ${key}: ${fault}`),
  );
  return [...single, ...overlaps(stages)];
}

function keyFaults(key: string): string[] {
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(key) && key.length <= longestKey) return [];
  return [`its key must be at most ${longestKey} lower-case letters, digits and hyphens, and begin with a letter`];
}

function hostFaults({ host }: Stage): string[] {
  return [
    ...networkFaults("host.networkCidr", host.networkCidr, 16, 28),
    ...(processorOf(host.instanceType) === null ? [`host.instanceType ${host.instanceType} does not exist`] : []),
  ];
}

function clusterFaults({ zones, cluster, imagePlatform }: Stage): string[] {
  if (!Number.isInteger(zones) || zones < 1) return ["zones must be 1 or more"];
  if (cluster === null) return [];
  return [
    ...networkFaults("cluster.networkCidr", cluster.networkCidr, 16, 16),
    ...(zones < 2 || zones > 6 ? ["a cluster needs 2 to 6 zones"] : []),
    ...nodeFaults(cluster, imagePlatform),
  ];
}

function nodeFaults({ nodes, nodeType }: ClusterStage, imagePlatform: string | null): string[] {
  const { min, desired, max } = nodes;
  const ascending = min <= desired && desired <= max;
  const processor = processorOf(nodeType);
  const runs = imagePlatform === `linux/${processor}`;
  return [
    ...(ascending ? [] : ["cluster.nodes must be min ≤ desired ≤ max"]),
    ...(runs ? [] : [`nodes of type ${nodeType} run linux/${processor}, the images are for ${imagePlatform}`]),
  ];
}

function networkFaults(name: string, text: string, widest: number, narrowest: number): string[] {
  const cidr = parseCidr(text);
  const fits = cidr?.family === 4 && cidr.bits >= widest && cidr.bits <= narrowest;
  if (fits && !hasHostBits(cidr)) return [];
  const length = widest === narrowest ? `/${widest}` : `/${widest} to /${narrowest}`;
  return [`${name} ${text} must be an IPv4 network of ${length} without host bits`];
}

function overlaps(stages: Stages): string[] {
  const networks = Object.entries(stages).flatMap(([key, { host, cluster }]) =>
    [host.networkCidr, ...(cluster === null ? [] : [cluster.networkCidr])].flatMap((text) => named(key, text)),
  );
  return networks.flatMap((one, index) =>
    networks
      .slice(index + 1)
      .filter((other) => overlap(one.cidr, other.cidr))
      .map((other) => `stage ${other.key}: ${other.text} overlaps ${one.text} of stage ${one.key}`),
  );
}

function named(key: string, text: string): { key: string; text: string; cidr: Cidr }[] {
  const cidr = parseCidr(text);
  return cidr === null ? [] : [{ key, text, cidr }];
}
