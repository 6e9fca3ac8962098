import type { Found } from "./found.ts";
import { type Resource, referenceIn } from "./stack.ts";

/** Import ids by address. */
export type ImportIds = ReadonlyMap<string, string>;

/** The id of the resource that an attribute of this one refers to; undefined: it was not found. */
type IdOf = (attribute: string) => string | undefined;
type Finder = (values: Resource["values"], idOf: IdOf, found: Found) => string | undefined;

/** How a resource of each type is recognised, and the id that Terraform imports it by. */
const finders: Readonly<Record<string, Finder>> = {
  aws_vpc: ({ cidr_block }, _, { vpcs }) => vpcs.find(({ CidrBlock }) => CidrBlock === cidr_block)?.VpcId,
  aws_subnet: ({ cidr_block }, idOf, { subnets }) =>
    subnets.find(({ VpcId, CidrBlock }) => VpcId === idOf("vpc_id") && CidrBlock === cidr_block)?.SubnetId,
  aws_internet_gateway: (_, idOf, { gateways }) =>
    gateways.find(({ Attachments = [] }) => Attachments.some(({ VpcId }) => VpcId === idOf("vpc_id")))
      ?.InternetGatewayId,
  aws_route_table: (_, idOf, { tables }) => tables.find(({ VpcId }) => VpcId === idOf("vpc_id"))?.RouteTableId,
  aws_route: ({ destination_cidr_block }, idOf, { tables }) => {
    const table = tables.find(({ RouteTableId }) => RouteTableId === idOf("route_table_id"));
    const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === destination_cidr_block);
    return route && `${table?.RouteTableId}_${route.DestinationCidrBlock}`;
  },
  aws_route_table_association: (_, idOf, { tables }) => {
    const table = tables.find(({ RouteTableId }) => RouteTableId === idOf("route_table_id"));
    const subnet = table?.Associations?.find(
      ({ SubnetId }) => SubnetId !== undefined && SubnetId === idOf("subnet_id"),
    );
    return subnet && `${subnet.SubnetId}/${table?.RouteTableId}`;
  },
  aws_default_security_group: (_, idOf, { groups }) =>
    groups.find(({ VpcId, GroupName }) => VpcId === idOf("vpc_id") && GroupName === "default")?.GroupId,
  aws_security_group: ({ name_prefix }, idOf, { groups }) =>
    groups.find(({ VpcId, GroupName }) => VpcId === idOf("vpc_id") && hasPrefix(GroupName, name_prefix))?.GroupId,
  aws_vpc_security_group_ingress_rule: rule(false),
  aws_vpc_security_group_egress_rule: rule(true),
  aws_vpc_endpoint: ({ service_name }, idOf, { endpoints }) =>
    endpoints.find(({ VpcId, ServiceName }) => VpcId === idOf("vpc_id") && ServiceName === service_name)?.VpcEndpointId,
  aws_instance: (_, __, { instances }) => instances[0]?.InstanceId,
  aws_eip: (_, idOf, { addresses }) =>
    (addresses.find(({ InstanceId }) => InstanceId === idOf("instance")) ?? addresses[0])?.AllocationId,
  aws_key_pair: ({ key_name_prefix }, _, { keys }) =>
    keys.find(({ KeyName }) => hasPrefix(KeyName, key_name_prefix))?.KeyName,
  aws_iam_role: ({ name_prefix }, _, { roles }) => roles.find((name) => hasPrefix(name, name_prefix)),
  aws_iam_instance_profile: ({ name_prefix }, _, { profiles }) => profiles.find((name) => hasPrefix(name, name_prefix)),
  aws_s3_bucket: ({ bucket_prefix }, _, { buckets }) => buckets.find((name) => hasPrefix(name, bucket_prefix)),
  aws_ecr_repository: ({ name }, _, { repositories }) => repositories.find((one) => one === name),
};

/** Resources that their create call overwrites: they need not be found. */
const overwritten: ReadonlySet<string> = new Set([
  "aws_cloudwatch_metric_alarm",
  "aws_ecr_lifecycle_policy",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_s3_bucket_policy",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
  "aws_s3_object",
]);

/** Types of resources that can be neither found nor overwritten, each once. */
export function unknownTypes(resources: readonly Resource[]): string[] {
  const types = new Set(resources.map(({ type }) => type));
  return [...types].filter((type) => !(type in finders) && !overwritten.has(type)).sort();
}

/** The IDs of all resources that exist. A resource may refer to others: searches until nothing is found. */
export function importIds(resources: readonly Resource[], found: Found): ImportIds {
  const ids = new Map<string, string>();
  for (let before = -1; before < ids.size;) {
    before = ids.size;
    for (const { address, type, values } of resources) {
      if (ids.has(address)) continue;
      const idOf: IdOf = (attribute) => ids.get(referenceIn(values[attribute]) ?? "") ?? "not found";
      const id = finders[type]?.(values, idOf, found);
      if (id !== undefined) ids.set(address, id);
    }
  }
  return ids;
}

/** Whether Terraform made the name from this prefix: it adds 26 digits. */
function hasPrefix(name: string | undefined, prefix: unknown): boolean {
  return name !== undefined && name.startsWith(String(prefix)) && /^\d{26}$/.test(name.slice(String(prefix).length));
}

/** A group's rule is identified by direction, port and the kind of its other end; the CIDR may have changed. */
function rule(isEgress: boolean): Finder {
  return (values, idOf, { rules }) => {
    const wanted = kind(values, "cidr_ipv4", "prefix_list_id", "referenced_security_group_id");
    return rules.find(
      (one) =>
        one.GroupId === idOf("security_group_id") &&
        one.IsEgress === isEgress &&
        one.FromPort === values["from_port"] &&
        kind({ ...one }, "CidrIpv4", "PrefixListId", "ReferencedGroupInfo") === wanted,
    )?.SecurityGroupRuleId;
  };
}

/** Which of these attributes is set. */
function kind(of: Readonly<Record<string, unknown>>, ...names: string[]): number {
  return names.findIndex((name) => of[name] !== undefined);
}
