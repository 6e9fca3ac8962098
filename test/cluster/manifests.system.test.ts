import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { must, run } from "../../deploy/run.ts";
import { applyNamespace } from "../../deploy/minikube/trust.ts";
import { describeWith } from "../support/requirements.ts";
import { certManager, define, gatewayApi, loadBalancerController } from "./definitions.ts";
import { behindTargetGroup, objectsOf, rendered, targetGroupBinding } from "./render.ts";
import { schemasOf } from "./schemas.ts";

const variants = [
  ["dev", []],
  ["prod", behindTargetGroup],
  ["dev", ["edge.kind=nginx", "edge.clientCertificates.enabled=true"]],
  [
    "prod",
    [
      "edge.kind=nginx",
      "edge.clientCertificates.enabled=true",
      "redis.passwordSecretName=r",
      "mongodb.enabled=true",
      "image.pullSecrets={registry}",
    ],
  ],
  ["dev", ["edge.clientCertificates.enabled=true", "web.autoscaling.enabled=false", "redis.enabled=false"]],
  [
    "dev",
    ["mongodb.enabled=true", "mongodb.server=ferretdb", "mongodb.passwordSecretName=m", "mongodb.adminSecretName=a"],
  ],
  ["dev", ["redis.userSecretName=stores", "mongodb.enabled=true", "mongodb.passwordSecretName=stores"]],
  ["dev", ["mongodb.external.secretName=atlas", "mongodb.external.cidrs={203.0.113.0/24}"]],
] satisfies ["dev" | "prod", string[]][];

describeWith(["helm"], "the chart", () => {
  it("passes helm lint in a fresh clone", () => {
    for (const stage of ["dev", "prod"]) {
      const said = execFileSync("helm", ["lint", "./ingress", "--strict", "-f", `ingress/values.${stage}.yaml`], {
        stdio: "pipe",
      });
      expect(said.toString()).toContain("0 chart(s) failed");
    }
  });

  it("contains no deploy scripts", () => {
    const folder = mkdtempSync(join(tmpdir(), "chart-"));
    execFileSync("helm", ["package", "ingress", "-d", folder], { stdio: "pipe" });
    const files = execFileSync("tar", ["-tzf", join(folder, readdirSync(folder)[0] ?? "")], { encoding: "utf8" });
    expect(files).toContain("analyze/files/nginx/nginx.conf");
    expect(files).not.toMatch(/deploy|\.ts$/m);
  });
});

describeWith(["helm"], "edge.kind=target-group", () => {
  it("creates a TargetGroupBinding for web's pods, no edge, and requires no certificate", () => {
    const yaml = rendered("prod", ...behindTargetGroup);
    expect([...objectsOf(yaml, targetGroupBinding).values()]).toEqual([
      {
        kind: "TargetGroupBinding",
        metadata: { name: "web", namespace: "analyze" },
        spec: {
          serviceRef: { name: "web", port: "http" },
          targetGroupARN: behindTargetGroup[0]?.split("=")[1],
          targetType: "ip",
        },
      },
    ]);
    expect(yaml).not.toMatch(/^kind: (Ingress|Gateway|HTTPRoute)$/m);
    expect(yaml).not.toMatch(/analyze-tls|analyze-ca|name: edge/);
  });

  it("is rejected with all faults, in sentences", () => {
    const wrong = ["edge.clientCertificates.enabled=true", "edge.rateLimit.requestsPerSecond=5"];
    expect(() => rendered("prod", ...wrong)).toThrow(
      /targetGroup\.arn is empty: [^]*edgeCidrs is empty[^]*clientCertificates\.enabled has no effect[^]*requestsPerSecond must be 0/,
    );
    expect(() => rendered("dev", ...behindTargetGroup)).toThrow(/arn has no effect with edge\.kind=ingress/);
    expect(() => rendered("prod", "edge.targetGroup.arn=web")).toThrow(/'\/edge\/targetGroup\/arn'/);
  });
});

describeWith(["helm", "kube-score"], "kube-score", () => {
  it.each(variants)("reports nothing critical and no warning: %s %s", async (stage, set) => {
    const { code, stdout } = await run("kube-score", ["score", "-", "--output-format", "ci"], {
      input: rendered(stage, ...set),
    });
    expect(stdout.split("\n").filter((line) => /^\[(CRITICAL|WARNING)\]/.test(line))).toEqual([]);
    expect(code).toBe(0);
  });
});

let cluster: Cluster;
const namespace = "analyze-manifests";

describeWith(["cluster", "helm", "kubeconform", "go"], "the API server", () => {
  beforeAll(async () => {
    cluster = await connect();
    const forget = await define(cluster, loadBalancerController);
    await applyNamespace(cluster, namespace);
    return async () => {
      await cluster.read("delete", "namespace", namespace, "--wait=false");
      await forget();
    };
  });

  it("keeps a TargetGroupBinding while the release is installed, and removes it with the release", async () => {
    const pods = ["web", "worker"].flatMap((name) => [`${name}.autoscaling.enabled=false`, `${name}.replicas=0`]);
    const set = [...behindTargetGroup, ...pods].flatMap((pair) => ["--set", pair]);
    const at = ["--kube-context", cluster.context, "-n", namespace];
    await must("helm", ["install", "analyze", "ingress", "-f", "ingress/values.prod.yaml", ...at, ...set]);
    const kept = await cluster.read("-n", namespace, "get", "targetgroupbinding", "web", "-o", "json");
    expect(targetGroupBinding.parse(JSON.parse(kept)).spec.serviceRef).toEqual({ name: "web", port: "http" });
    await must("helm", ["uninstall", "analyze", ...at]);
    expect(await cluster.read("-n", namespace, "get", "targetgroupbindings,deployments", "-o", "name")).toBe("");
  });

  it.each(variants)(
    "accepts every object, under Pod Security restricted and without an unknown field: %s %s",
    async (stage, set) => {
      const yaml = rendered(stage, ...set).replaceAll("namespace: analyze\n", `namespace: ${namespace}\n`);
      const args = ["--context", cluster.context, "create", "--dry-run=server", "--validate=strict", "-f", "-"];
      const { code, stderr } = await run("kubectl", args, { input: yaml });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );

  it.each(variants)("has schemas by which kubeconform finds every object valid: %s %s", async (stage, set) => {
    const folder = mkdtempSync(join(tmpdir(), "schemas-"));
    mkdirSync(folder, { recursive: true });
    for (const [name, schema] of schemasOf(JSON.parse(await cluster.read("get", "--raw", "/openapi/v2")))) {
      writeFileSync(join(folder, `${name}.json`), schema);
    }
    const at = ["-strict", "-summary", "-schema-location", `${folder}/{{ .ResourceKind }}.json`, "-"];
    const { code, stdout, stderr } = await run("kubeconform", at, { input: rendered(stage, ...set) });
    expect({ code, text: stdout + stderr }).toMatchObject({
      code: 0,
      text: expect.stringMatching(/Invalid: 0, Errors: 0, Skipped: 0/),
    });
  });
});

/** The API server's answer to a dry run of objects. */
async function dryRun({ context }: Cluster, yaml: string): Promise<string> {
  const args = ["--context", context, "create", "--dry-run=server", "--validate=strict", "-n", "default", "-f", "-"];
  const { stdout, stderr } = await run("kubectl", args, { input: yaml });
  return stdout + stderr;
}

describeWith(["cluster", "helm", "go"], "the Gateway API's own definitions", () => {
  it("accept the chart's Gateway and HTTPRoute, and reject a wrong one", async () => {
    const own = await connect();
    const forget = await define(own, gatewayApi);
    try {
      const set = ["edge.kind=gateway", "edge.gateway.className=example", "edge.gateway.retry=true"];
      const yaml = rendered("dev", ...set).replaceAll("namespace: analyze\n", "namespace: default\n");
      const said = await dryRun(own, yaml);
      expect(said).toContain("httproute.gateway.networking.k8s.io/web created (server dry run)");
      expect(said).toContain("gateway.gateway.networking.k8s.io/analyze created (server dry run)");
      expect(yaml.match(/retry:/g)).toHaveLength(1);
      expect(await dryRun(own, yaml.replace("type: PathPrefix", "type: Prefix"))).toContain("Unsupported value");
    } finally {
      await forget();
    }
  });
});

describeWith(["cluster", "helm", "go"], "cert-manager's own definitions", () => {
  it("accept the chart's Issuer and Certificate for each edge, and reject a wrong one", async () => {
    const own = await connect();
    const forget = await define(own, certManager);
    try {
      for (const kind of ["ingress", "nginx", "gateway"]) {
        const set = [`edge.kind=${kind}`, "edge.gateway.className=example", "edge.tls.acme.email=a@example.org"];
        const yaml = rendered("dev", ...set).replaceAll("namespace: analyze\n", "namespace: default\n");
        const said = await dryRun(own, yaml);
        for (const object of ["issuer.cert-manager.io/acme", "certificate.cert-manager.io/edge", "service/acme"])
          expect(said).toContain(`${object} created (server dry run)`);
        expect(await dryRun(own, yaml.replace("algorithm: ECDSA", "algorithm: DSA"))).toContain("Unsupported value");
      }
    } finally {
      await forget();
    }
  });
});
