/** Calls of services whose operation is only in method and path: the recorded call, and the right that it needs. */
const actions: Readonly<Record<string, readonly (readonly [call: RegExp, right: string])[]>> = {
  route53: [
    [/^GET \/hostedzone$/, "route53:ListHostedZones"],
    [/^GET \/hostedzone\/\w+$/, "route53:GetHostedZone"],
    [/^GET \/hostedzone\/\w+\/rrset$/, "route53:ListResourceRecordSets"],
    [/^POST \/hostedzone\/\w+\/rrset$/, "route53:ChangeResourceRecordSets"],
    [/^GET \/change\/\w+$/, "route53:GetChange"],
    [/^GET \/tags\/hostedzone\/\w+$/, "route53:ListTagsForResource"],
  ],
  inspector2: [
    [/^POST \/enable$/, "inspector2:Enable"],
    [/^POST \/disable$/, "inspector2:Disable"],
    [/^POST \/status\/batch\/get$/, "inspector2:BatchGetAccountStatus"],
  ],
  eks: [
    [/^POST \/clusters$/, "eks:CreateCluster"],
    [/^GET \/clusters\/[\w-]+$/, "eks:DescribeCluster"],
    [/^DELETE \/clusters\/[\w-]+$/, "eks:DeleteCluster"],
    [/^POST \/clusters\/[\w-]+\/node-groups$/, "eks:CreateNodegroup"],
    [/^GET \/clusters\/[\w-]+\/node-groups\/[\w-]+$/, "eks:DescribeNodegroup"],
    [/^DELETE \/clusters\/[\w-]+\/node-groups\/[\w-]+$/, "eks:DeleteNodegroup"],
  ],
  lambda: [
    [/^POST \/functions$/, "lambda:CreateFunction"],
    [/^GET \/functions\/[\w-]+$/, "lambda:GetFunction"],
    [/^DELETE \/functions\/[\w-]+$/, "lambda:DeleteFunction"],
    [/^GET \/functions\/[\w-]+\/versions$/, "lambda:ListVersionsByFunction"],
    [/^GET \/functions\/[\w-]+\/code-signing-config$/, "lambda:GetFunctionCodeSigningConfig"],
    [/^PUT \/functions\/[\w-]+\/concurrency$/, "lambda:PutFunctionConcurrency"],
    [/^GET \/functions\/[\w-]+\/policy$/, "lambda:GetPolicy"],
    [/^POST \/functions\/[\w-]+\/policy$/, "lambda:AddPermission"],
    [/^DELETE \/functions\/[\w-]+\/policy\/[\w-]+$/, "lambda:RemovePermission"],
  ],
};

/** The right that a call needs; undefined: the service names operations differently. Throws for an unlisted call. */
export function restAction(service: string, method: string, url: string): string | undefined {
  const known = actions[service];
  if (known === undefined) return undefined;
  // Route 53 and Lambda put the date of their API before the path.
  const call = `${method} ${new URL(url).pathname.replace(/^\/\d{4}-\d\d-\d\d/, "")}`;
  const right = known.find(([pattern]) => pattern.test(call))?.[1];
  if (right === undefined) throw new Error(`no right is listed for ${service} ${call}`);
  return right;
}
