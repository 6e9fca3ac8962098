import { type Cidr, hasHostBits, overlap, parseCidr } from "./settings/cidr.ts";
import { processorOf } from "./settings/processor.ts";
import type { ClusterStage, Stage } from "./stages.ts";

/** The longest that AWS accepts in `analyze-<key>-autoscaler-`, the prefix of a role's name (38 characters). */
const longestKey = 18;

/** The stack of `npm run pipeline-roles` has this key. */
const reserved = "pipeline";

/** What CloudWatch Logs accepts. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** RFC 1918 and RFC 6598: any other network would hide a part of the internet. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].flatMap((text) => {
  const cidr = parseCidr(text);
  return cidr === null ? [] : [cidr];
});

type Stages = Readonly<Record<string, Stage>>;

/** What is wrong with the literals in stages.ts: one line for each fault, which names the stage. */
export function stageFaults(stages: Stages): string[] {
  const single = Object.entries(stages).flatMap(([key, stage]) =>
    [...keyFaults(key), ...hostFaults(stage), ...clusterFaults(stage)].map((fault) => `stage ${key}: ${fault}`),
  );
  return [...single, ...overlaps(stages)];
}

function keyFaults(key: string): string[] {
  if (key === reserved) return [`its key is that of \`npm run pipeline-roles\`: choose another`];
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
    ...(retentions.includes(cluster.logDays) ? [] : [`cluster.logDays must be one of ${retentions.join(", ")}`]),
  ];
}

function nodeFaults({ nodes, nodeType }: ClusterStage, imagePlatform: string | null): string[] {
  const { min, desired, max } = nodes;
  // The add-ons of a cluster become ready only on a node.
  const ascending =
    [min, desired, max].every(Number.isInteger) && min >= 0 && desired >= 1 && min <= desired && desired <= max;
  const processor = processorOf(nodeType);
  const runs = imagePlatform === `linux/${processor}`;
  return [
    ...(ascending ? [] : ["cluster.nodes must be min ≤ desired ≤ max, with at least one desired"]),
    ...(runs ? [] : [`nodes of type ${nodeType} run linux/${processor}, the images are for ${imagePlatform}`]),
  ];
}

function networkFaults(name: string, text: string, widest: number, narrowest: number): string[] {
  const cidr = parseCidr(text);
  const fits = cidr?.family === 4 && cidr.bits >= widest && cidr.bits <= narrowest;
  if (fits && !hasHostBits(cidr)) {
    const isPrivate = privateNetworks.some((network) => overlap(network, cidr) && network.bits <= cidr.bits);
    return isPrivate ? [] : [`${name} ${text} must be a private network, for example in 10.0.0.0/8`];
  }
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
