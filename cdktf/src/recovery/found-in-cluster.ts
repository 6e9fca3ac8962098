import {
  EKSClient,
  paginateListClusters,
  paginateListNodegroups,
  paginateListPodIdentityAssociations,
} from "@aws-sdk/client-eks";
import {
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { KMSClient, paginateListAliases } from "@aws-sdk/client-kms";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { paginateListSecrets, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListWebACLsCommand, WAFV2Client, type WebACLSummary } from "@aws-sdk/client-wafv2";
import { inRegion } from "../aws.ts";
import { nameOf } from "../names.ts";
import { taggedElsewhere } from "../state/tagged.ts";
import { pages } from "./pages.ts";

/** What only a stage with a cluster may have. */
export async function findInCluster(stage: string, region: string) {
  const name = nameOf(stage);
  const [edge, cluster, ownKeys, secrets, firewalls, arns] = await Promise.all([
    findEdge(name, new ElasticLoadBalancingV2Client(inRegion(region))),
    findCluster(name, new EKSClient(inRegion(region))),
    pages(paginateListAliases({ client: new KMSClient(inRegion(region)) }, {})),
    pages(paginateListSecrets({ client: new SecretsManagerClient(inRegion(region)) }, {})),
    findFirewalls(new WAFV2Client(inRegion(region))),
    taggedElsewhere(
      { tagging: new ResourceGroupsTaggingAPIClient(inRegion(region)), keys: new KMSClient(inRegion(region)) },
      stage,
      null,
    ),
  ]);
  const aliases = ownKeys.flatMap(({ Aliases = [] }) => Aliases);
  return {
    ...edge,
    ...cluster,
    keyId: aliases.find(({ AliasName }) => AliasName === `alias/${name}`)?.TargetKeyId,
    secrets: secrets.flatMap(({ SecretList = [] }) => SecretList),
    firewalls,
    arns,
  };
}

async function findEdge(name: string, client: ElasticLoadBalancingV2Client) {
  const [balancerPages, groupPages] = await Promise.all([
    pages(paginateDescribeLoadBalancers({ client }, {})),
    pages(paginateDescribeTargetGroups({ client }, {})),
  ]);
  const balancers = balancerPages.flatMap(({ LoadBalancers = [] }) => LoadBalancers);
  const own = balancers.filter(({ LoadBalancerName }) => LoadBalancerName === name);
  const listeners = await Promise.all(
    own.map(({ LoadBalancerArn }) => pages(paginateDescribeListeners({ client }, { LoadBalancerArn }))),
  );
  return {
    balancers: own,
    targetGroups: groupPages.flatMap(({ TargetGroups = [] }) => TargetGroups),
    listeners: listeners.flat().flatMap(({ Listeners = [] }) => Listeners),
  };
}

/** A killed apply may have made no cluster. */
async function findCluster(clusterName: string, client: EKSClient) {
  const all = await pages(paginateListClusters({ client }, {}));
  if (!all.flatMap(({ clusters = [] }) => clusters).includes(clusterName)) return { nodeGroups: [], associations: [] };
  const [groups, associations] = await Promise.all([
    pages(paginateListNodegroups({ client }, { clusterName })),
    pages(paginateListPodIdentityAssociations({ client }, { clusterName })),
  ]);
  return {
    nodeGroups: groups.flatMap(({ nodegroups = [] }) => nodegroups),
    associations: associations.flatMap(({ associations: some = [] }) => some),
  };
}

/** The SDK has no paginator for it. AWS gives a marker with the last page, too, and an empty page for that one. */
async function findFirewalls(client: WAFV2Client, NextMarker?: string): Promise<WebACLSummary[]> {
  const page = await client.send(new ListWebACLsCommand({ Scope: "REGIONAL", Limit: 100, NextMarker }));
  const { WebACLs = [], NextMarker: next } = page;
  return WebACLs.length === 0 || next === undefined ? WebACLs : [...WebACLs, ...(await findFirewalls(client, next))];
}
