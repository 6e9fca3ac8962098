import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity/index.js";
import { Inspector2Enabler } from "@cdktf/provider-aws/lib/inspector2-enabler/index.js";
import { Fn, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Config } from "../config.ts";
import { Alarms } from "../constructs/alarms.ts";
import { Budget } from "../constructs/budget.ts";
import { ClientSite } from "../constructs/client-site.ts";
import type { ClusterNetwork } from "../constructs/cluster-network.ts";
import { imageRepositories, mirrorRepositories } from "../constructs/image-repository.ts";
import type { Kubernetes } from "../constructs/kubernetes.ts";
import { ManagedPrometheus } from "../constructs/managed-prometheus.ts";
import { RotatedSecret } from "../constructs/rotated-secret.ts";
import { StageKey } from "../constructs/stage-key.ts";
import { foreignImages } from "../images/foreign.ts";
import type { Release } from "../release/release.ts";
import type { Production } from "../settings/production.ts";
import { nameOf, secretName } from "../names.ts";
import type { ClusterStage } from "../stages.ts";
import { AnalyzeStack } from "./analyze-stack.ts";
import { clusterEdge } from "./cluster-edge.ts";
import { clusterRights } from "./cluster-rights.ts";

/** Built files that synth needs besides the settings. */
export interface Builds {
  readonly release: Release;
  /** Folder with the rotation's bundle. */
  readonly rotation: string;
}

/** The other parts of a stage with a cluster. */
export interface ClusterPart {
  readonly stage: ClusterStage;
  readonly production: Production;
}

/** A stage with a cluster behind a load balancer and a firewall, and the client's host that watches it from outside. */
export class ClusterStack extends AnalyzeStack {
  private readonly name: string;
  private readonly config: Config;
  private readonly stage: ClusterStage;
  private readonly production: Production;
  private readonly accountId: string;

  constructor(scope: Construct, id: string, config: Config, { stage, production }: ClusterPart, builds: Builds) {
    super(scope, id, config);
    const name = nameOf(config.stage);
    this.name = name;
    this.config = config;
    this.stage = stage;
    this.production = production;
    this.accountId = new DataAwsCallerIdentity(this, "account", {}).accountId;
    const key = new StageKey(this, "key", { name, region: config.region, prometheus: stage.managedPrometheus });
    const repositories = imageRepositories(this, config);
    const images = this.foreignImages();
    const parts = { name, config, stage, production, keyArn: key.arn, accountId: this.accountId };
    const { network, kubernetes, edge } = clusterEdge(this, parts);
    const secret = stage.stores ? this.secret(key.arn, builds.rotation) : null;
    clusterRights(this, {
      ...parts,
      kubernetes,
      targetGroupArn: edge.targetGroupArn,
      secretArn: secret?.arn ?? null,
    });
    const logGroup = this.logGroup("client-log", `/analyze/${name}/client`, key.arn);
    const site = new ClientSite(this, "client", { config, release: builds.release, logGroup });
    const alarms = new Alarms(this, "alarms", {
      name,
      email: production.alarmEmail,
      keyArn: key.arn,
      balancer: edge,
      clientLog: logGroup.resourceName,
      longestStep: config.target.longestStep,
      rotatorName: secret?.rotatorName ?? null,
    });
    this.budget();
    if (production.inspector) this.inspector();
    this.outputs({
      ...site.outputs,
      ...Object.fromEntries(repositories.map(({ image, url }) => [`${image}-repository`, url])),
      "cluster-name": kubernetes.name,
      "cluster-network": network.vpcId,
      "edge-cidrs": Fn.join(",", [...network.publicCidrs]),
      "target-group": edge.targetGroupArn,
      "edge-url": `https://${production.domain}/`,
      "alarm-mail": alarms.mail,
      ...Object.fromEntries(images.map(({ name: image, reference }) => [`${image}-image`, reference])),
      ...(secret === null ? {} : { "secret-arn": secret.arn }),
      ...(stage.managedPrometheus ? this.prometheus(kubernetes, network, alarms.topicArn) : {}),
    });
  }

  /** Where the cluster pulls third-party images: at their registries, or from its mirror without internet. */
  private foreignImages(): { name: string; reference: string }[] {
    const images = foreignImages(this.stage);
    const mirror =
      this.stage.egress === "endpoints" ? mirrorRepositories(this, this.config, images) : new Map<string, string>();
    return images.map(({ name, source }) => ({ name, reference: mirror.get(name) ?? source }));
  }

  private budget(): void {
    const { name, config, production } = this;
    const { budgetUsd: usd, alarmEmail: email } = production;
    new Budget(this, "budget", { name, stage: config.stage, region: config.region, usd, email });
  }

  /** Optional: it is one switch for the whole account, and `destroy` turns it off for everybody. */
  private inspector(): void {
    const resourceTypes = ["ECR", "EC2", "LAMBDA"];
    new Inspector2Enabler(this, "inspector", { accountIds: [this.accountId], resourceTypes });
  }

  private secret(keyArn: string, handlerFolder: string): RotatedSecret {
    return new RotatedSecret(this, "secret", {
      name: secretName(this.config.stage),
      description: "User and password of the stores inside the cluster",
      keyArn,
      days: 90,
      logDays: this.stage.logDays,
      handlerFolder,
      accountId: this.accountId,
    });
  }

  /** Its outputs: where to query, and from where it scrapes. */
  private prometheus(cluster: Kubernetes, network: ClusterNetwork, topicArn: string): Record<string, string> {
    const { url } = new ManagedPrometheus(this, "prometheus", {
      name: this.name,
      region: this.config.region,
      accountId: this.accountId,
      days: this.stage.logDays,
      cluster,
      subnetIds: network.privateSubnetIds,
      topicArn,
    });
    return { "prometheus-url": url, "metrics-cidrs": Fn.join(",", [...network.privateCidrs]) };
  }

  private logGroup(id: string, name: string, kmsKeyId: string): { name: string; resourceName: string; arn: string } {
    const group = new CloudwatchLogGroup(this, id, { name, retentionInDays: this.stage.logDays, kmsKeyId });
    return { name, resourceName: group.name, arn: group.arn };
  }

  private outputs(values: Readonly<Record<string, string>>): void {
    for (const [output, value] of Object.entries(values)) new TerraformOutput(this, output, { value });
  }
}
