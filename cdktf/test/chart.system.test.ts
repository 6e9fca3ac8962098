import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { must } from "../../deploy/run.ts";
import { define, loadBalancerController, moduleFolder } from "../../test/cluster/definitions.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clusterNames } from "../src/cluster/names.ts";
import { autoscalerObjects } from "../src/chart/autoscaler.ts";
import { storageClass } from "../src/chart/prepare.ts";
import { chartValues } from "../src/chart/values.ts";
import { foreignImages } from "../src/images/foreign.ts";
import { stages } from "../src/stages.ts";
import { namespaceObjects } from "../src/chart/namespace.ts";
import { controllerValues } from "../src/chart/prepare.ts";
import { environment, production, temporaryFolder } from "./support/fixture.ts";
import { kubectl } from "./support/pods.ts";
import { renderProdChart } from "./support/prod-chart.ts";
import { terraformIn } from "./support/terraform.ts";

const facts = { clusterName: "analyze-prod", region: "eu-central-1", vpcId: "vpc-0123456789abcdef0" };

/** The controller's objects as `npm run chart` installs them. */
async function installed(...args: string[]): Promise<string> {
  const chart = join(moduleFolder(loadBalancerController.module), "helm/aws-load-balancer-controller");
  const base = ["template", "aws-load-balancer-controller", chart, "-n", "kube-system", "-f", "-"];
  return must("helm", [...base, ...args], { input: JSON.stringify(controllerValues(facts)) });
}

describeWith(["helm", "go"], "the AWS Load Balancer Controller's own chart, with our values", () => {
  it("runs as the service account that has the rights, and does not query instance metadata", async () => {
    const deployment = await installed("--show-only", "templates/deployment.yaml");
    expect(deployment).toContain(`serviceAccountName: ${clusterNames.balancerController.serviceAccount}\n`);
    expect(deployment).toMatch(
      /--cluster-name=analyze-prod\n[^]*--aws-region=eu-central-1\n[^]*--aws-vpc-id=vpc-0123456789abcdef0\n/,
    );
  });

  it("installs no IngressClass and ignores Services, so it cannot create a load balancer", async () => {
    const all = await installed();
    expect(all).not.toMatch(/kind: IngressClass|mservice\.elbv2/);
    expect(all).toContain("name: mtargetgroupbinding.elbv2.k8s.aws");
  });
});

function may(verb: string, resource: string, where: string): boolean {
  const who = ["--as", "deployer", "--as-group", clusterNames.deployers];
  return spawnSync("kubectl", ["auth", "can-i", verb, resource, "-n", where, "--quiet", ...who]).status === 0;
}

describeWith(["helm", "go"], "the images of a cluster without a way to the internet", () => {
  const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  const outputs = new Map([
    ...["web", "worker", "client"].map((name): [string, string] => [
      `${name}-repository`,
      `${registry}/analyze-prod/${name}`,
    ]),
    ["edge-url", "https://analyze.example.org/"],
    [
      "target-group",
      "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/analyze-prod-web/50dc6c495c0c9188",
    ],
    ["edge-cidrs", "10.74.0.0/24"],
  ]);

  it("are the project's own and those that `npm run mirror` copies: the rendered charts have no others", async () => {
    const values = chartValues(outputs, { web: "src-1", worker: "src-2", client: "src-3" });
    const store = ["redis.enabled=true", "mongodb.enabled=true", "auth.tokensSecretName=tokens"].flatMap((value) => [
      "--set",
      value,
    ]);
    const rendered = [await renderProdChart(values, ...store), await installed()].join("\n");
    const found = [...rendered.matchAll(/^[ -]*image: "?([^\s"]+)"?$/gm)].map(([, image = ""]) => image);
    const copied = foreignImages({ ...stages.prod.cluster, stores: true }).map(({ source }) => source);
    expect(found).toEqual(expect.arrayContaining([copied[0], "valkey/valkey:8.1", "mongo:8.0"]));
    expect(found.filter((image) => !image.startsWith(`${registry}/`) && !copied.includes(image))).toEqual([]);
  });

  it("come from the mirror, the controller's included", () => {
    const image = `${registry}/analyze-prod/mirror/aws-load-balancer-controller:v3.2.2`;
    expect(controllerValues(facts, image)).toMatchObject({
      image: { repository: image.slice(0, image.lastIndexOf(":")), tag: "v3.2.2" },
    });
  });
});

describeWith(["cluster"], "what `npm run chart` adds to a cluster", () => {
  it("is accepted by a real API server: the autoscaler and the StorageClass", async () => {
    const scaler = autoscalerObjects({ ...facts, image: "registry.example/cluster-autoscaler:v1.35.0" });
    const items = [...scaler, storageClass];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const args = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"];
    const said = await must("kubectl", args, { input });
    expect(
      said
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual([
      "serviceaccount/cluster-autoscaler",
      "clusterrole.rbac.authorization.k8s.io/cluster-autoscaler",
      "clusterrolebinding.rbac.authorization.k8s.io/cluster-autoscaler",
      "role.rbac.authorization.k8s.io/cluster-autoscaler",
      "rolebinding.rbac.authorization.k8s.io/cluster-autoscaler",
      "deployment.apps/cluster-autoscaler",
      "storageclass.storage.k8s.io/gp3",
    ]);
    expect(said).not.toMatch(/Warning/);
  });
});

describeWith(["cluster", "go"], "the namespace that `npm run chart` makes", () => {
  const namespace = `chart-${process.pid}`;
  beforeAll(async () => {
    const forget = await define(await connect(), loadBalancerController);
    kubectl(["apply", "--server-side", "-f", "-"], list());
    return async () => {
      kubectl(["delete", "namespace", namespace, "--wait=false"]);
      await forget();
    };
  });

  function list(): string {
    return JSON.stringify({ apiVersion: "v1", kind: "List", items: namespaceObjects(namespace) });
  }

  it("lets a deployer bind target groups in it, and grants no other right", () => {
    const binding = "targetgroupbindings.elbv2.k8s.aws";
    expect([may("create", binding, namespace), may("create", binding, "default")]).toEqual([true, false]);
    expect(may("get", "secrets", namespace)).toBe(false);
  });

  it("has readiness gates, and enforces Pod Security restricted", () => {
    const labels = kubectl(["get", "namespace", namespace, "-o", "jsonpath={.metadata.labels}"]);
    expect(JSON.parse(labels)).toMatchObject({ "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled" });
    const run = ["run", "root", "--image=pause", "-n", namespace, "--dry-run=server"];
    expect(() => kubectl(run)).toThrow(/violates PodSecurity/);
  });
});

describeWith(["terraform", "cluster"], "`npm run chart`, refused", () => {
  const folder = temporaryFolder();
  const outputs = {
    "target-group": "arn",
    "cluster-name": "analyze-prod",
    "cluster-network": "vpc-1",
    "edge-cidrs": "10.0.0.0/24",
  };
  const images = ["web", "worker", "client"].map((name) => [
    `${name}-repository`,
    `registry.example/analyze-prod/${name}`,
  ]);
  const all = { ...outputs, ...Object.fromEntries(images), "edge-url": "https://analyze.example.org/" };

  /** A stack of only outputs, applied: the command reads them from the state. */
  async function applied(stage: string, values: Record<string, string>): Promise<void> {
    const stack = join(folder, "cdktf.out/stacks", stage);
    mkdirSync(stack, { recursive: true });
    const output = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
    writeFileSync(join(stack, "cdk.tf.json"), JSON.stringify({ output }));
    mkdirSync(join(folder, "state"), { recursive: true });
    await terraformIn(stack, {})(["apply", "-auto-approve", `-state=${join(folder, "state", `${stage}.tfstate`)}`]);
  }

  function chart(env: NodeJS.ProcessEnv, ...args: string[]): string {
    const main = fileURLToPath(new URL("../src/commands/main.ts", import.meta.url));
    const done = spawnSync(process.execPath, [main, "chart", ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
    });
    expect(done.status).toBe(1);
    return done.stdout + done.stderr;
  }

  it("for a stage without a cluster: dev", async () => {
    await applied("dev", Object.fromEntries(images));
    expect(chart(environment())).toContain(
      "set ANALYZE_STAGE to a stage that has one, or use `npm run deploy:minikube`",
    );
  });

  it("if the API server does not answer, with the command that reaches it", async () => {
    await applied("prod", all);
    expect(chart(environment(production), "--context", "nowhere")).toMatch(
      /analyze-prod does not answer[^]*ANALYZE_API_CIDR/,
    );
  });
});
