import { cidrOf, type Finder, type Finders, hasPrefix } from "./finder.ts";

/** What every stage has: network, host, roles, repositories and buckets. */
export const networkFinders: Finders = {
  aws_vpc: ({ cidr_block }, { found }) => found.vpcs.find(({ CidrBlock }) => CidrBlock === cidr_block)?.VpcId,
  aws_subnet: ({ cidr_block }, { idOf, found }) =>
    found.subnets.find(({ VpcId, CidrBlock }) => VpcId === idOf("vpc_id") && CidrBlock === cidrOf(cidr_block))
      ?.SubnetId,
  aws_internet_gateway: (_, { idOf, found }) =>
    found.gateways.find(({ Attachments = [] }) => Attachments.some(({ VpcId }) => VpcId === idOf("vpc_id")))
      ?.InternetGatewayId,
  // By its subnets; a killed apply may have left one without any.
  aws_route_table: (_, { idOf, found, referring }) => {
    const inNetwork = found.tables.filter(({ VpcId }) => VpcId === idOf("vpc_id"));
    const subnets = referring("aws_route_table_association", "route_table_id", "subnet_id");
    const own = inNetwork.find(({ Associations = [] }) =>
      Associations.some(({ SubnetId = "" }) => subnets.includes(SubnetId)),
    );
    return (own ?? inNetwork.find(({ Associations = [] }) => Associations.length === 0))?.RouteTableId;
  },
  aws_route: ({ destination_cidr_block }, { idOf, found }) => {
    const table = found.tables.find(({ RouteTableId }) => RouteTableId === idOf("route_table_id"));
    const route = table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === destination_cidr_block);
    return route && `${table?.RouteTableId}_${route.DestinationCidrBlock}`;
  },
  aws_route_table_association: (_, { idOf, found }) => {
    const table = found.tables.find(({ RouteTableId }) => RouteTableId === idOf("route_table_id"));
    const subnet = table?.Associations?.find(({ SubnetId }) => SubnetId === idOf("subnet_id"));
    return subnet && `${subnet.SubnetId}/${table?.RouteTableId}`;
  },
  aws_nat_gateway: (_, { idOf, found }) =>
    found.nats.find(({ SubnetId }) => SubnetId === idOf("subnet_id"))?.NatGatewayId,
  aws_default_security_group: (_, { idOf, found }) =>
    found.groups.find(({ VpcId, GroupName }) => VpcId === idOf("vpc_id") && GroupName === "default")?.GroupId,
  aws_security_group: ({ name_prefix }, { idOf, found }) =>
    found.groups.find(({ VpcId, GroupName }) => VpcId === idOf("vpc_id") && hasPrefix(GroupName, name_prefix))?.GroupId,
  aws_vpc_security_group_ingress_rule: rule(false),
  aws_vpc_security_group_egress_rule: rule(true),
  aws_vpc_endpoint: ({ service_name }, { idOf, found }) =>
    found.endpoints.find(({ VpcId, ServiceName }) => VpcId === idOf("vpc_id") && ServiceName === service_name)
      ?.VpcEndpointId,
  aws_flow_log: (_, { idOf, found }) =>
    found.flowLogs.find(({ ResourceId }) => ResourceId === idOf("vpc_id"))?.FlowLogId,
  // The nodes of a cluster are instances, too.
  aws_instance: (_, { found }) =>
    found.instances.find(({ Tags = [] }) => Tags.some(({ Key, Value }) => Key === "role" && Value === "client"))
      ?.InstanceId,
  aws_eip: (values, { idOf, found, referring }) => {
    const ofNats = found.nats.map(({ SubnetId, NatGatewayAddresses: [first] = [] }) => [SubnetId, first?.AllocationId]);
    if (values["instance"] === undefined) {
      const subnets = referring("aws_nat_gateway", "allocation_id", "subnet_id");
      return ofNats.find(([subnet = ""]) => subnets.includes(subnet))?.[1];
    }
    const others = found.addresses.filter(({ AllocationId }) => ofNats.every(([, used]) => used !== AllocationId));
    return (others.find(({ InstanceId }) => InstanceId === idOf("instance")) ?? others[0])?.AllocationId;
  },
  aws_launch_template: ({ name_prefix }, { found }) =>
    found.templates.find(({ LaunchTemplateName }) => hasPrefix(LaunchTemplateName, name_prefix))?.LaunchTemplateId,
  aws_key_pair: ({ key_name_prefix }, { found }) =>
    found.keys.find(({ KeyName }) => hasPrefix(KeyName, key_name_prefix))?.KeyName,
  aws_iam_role: ({ name_prefix }, { found }) => found.roles.find((name) => hasPrefix(name, name_prefix)),
  aws_iam_instance_profile: ({ name_prefix }, { found }) => found.profiles.find((name) => hasPrefix(name, name_prefix)),
  aws_s3_bucket: ({ bucket_prefix }, { found }) => found.buckets.find((name) => hasPrefix(name, bucket_prefix)),
  aws_ecr_repository: ({ name }, { found }) => found.repositories.find((one) => one === name),
};

/**
 * A group's rule is identified by direction, port, the kind of its other end, and its description, if it has one: the host may call
 * the edge and the heartbeat at the same port. A CIDR may have changed.
 */
function rule(isEgress: boolean): Finder {
  return (values, { idOf, found }) => {
    const wanted = kind(values, "cidr_ipv4", "prefix_list_id", "referenced_security_group_id");
    return found.rules.find(
      (one) =>
        (one.GroupId === idOf("security_group_id") || isOfCluster(values["security_group_id"])) &&
        one.IsEgress === isEgress &&
        one.FromPort === values["from_port"] &&
        (!one.Description || one.Description === values["description"]) &&
        kind({ ...one }, "CidrIpv4", "PrefixListId", "ReferencedGroupInfo") === wanted &&
        (!isOfCluster(values["security_group_id"]) ||
          one.ReferencedGroupInfo?.GroupId === idOf("referenced_security_group_id")),
    )?.SecurityGroupRuleId;
  };
}

/** EKS makes this group, not the stack: a rule of ours in it is recognised by its other end. */
function isOfCluster(group: unknown): boolean {
  return String(group).endsWith(".cluster_security_group_id}");
}

/** Which of these attributes is set. */
function kind(of: Readonly<Record<string, unknown>>, ...names: string[]): number {
  return names.findIndex((name) => of[name] !== undefined);
}
