import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";
import { configMap, objectsOf, rendered, renderedFrom } from "./render.ts";

/** A value that the chart rejects: its message, and the same fault in rendered YAML for the API server. */
interface Refused {
  readonly set: string;
  readonly says: RegExp;
  /** A replacement in the chart's YAML; omitted if the API server would accept it. */
  readonly yaml?: readonly [RegExp, string];
}

const nginx = "edge.kind=nginx,";
const refused: readonly Refused[] = [
  { set: "edge.host=1.2.3.4", says: /'\/edge\/host'/, yaml: [/host: analyze\.test/, "host: 1.2.3.4"] },
  { set: "edge.host=a..b", says: /'\/edge\/host'/, yaml: [/host: analyze\.test/, "host: a..b"] },
  { set: `edge.host=${"a".repeat(64)}.test`, says: /'\/edge\/host'/ },
  { set: "edge.tls.secretName=a..b", says: /'\/edge\/tls\/secretName'/ },
  { set: "edge.ingress.className=-a", says: /className/, yaml: [/ingressClassName: nginx/, "ingressClassName: -a"] },
  {
    set: "termination.preStopSeconds=30,termination.graceSeconds=20",
    says: /graceSeconds \(20\) must be more/,
    yaml: [/terminationGracePeriodSeconds: 40/, "terminationGracePeriodSeconds: 5"],
  },
  { set: "termination.preStopSeconds=0", says: /preStopSeconds/ },
  { set: "web.drainDelayMs=25000", says: /web\.drainDelayMs \(25000\) must be less/ },
  {
    set: "web.autoscaling.minReplicas=7",
    says: /minReplicas \(7\) is more than maxReplicas \(6\)/,
    yaml: [/maxReplicas: 6/, "maxReplicas: 1"],
  },
  {
    set: "web.service.nodePort=30001",
    says: /web\.service\.nodePort has no meaning/,
    yaml: [/appProtocol: http/, "nodePort: 30001"],
  },
  { set: `${nginx}edge.nginx.service.type=ClusterIP`, says: /nodePorts has no meaning/ },
  {
    set: "networkPolicy.edgeCidrs={999.0.0.0/8}",
    says: /'\/networkPolicy\/edgeCidrs\/0'/,
    yaml: [/- namespaceSelector:/, "- ipBlock: {cidr: 999.0.0.0/8}\n        - namespaceSelector:"],
  },
  { set: "networkPolicy.edgeCidrs={10.0.0.0/33}", says: /'\/networkPolicy\/edgeCidrs\/0'/ },
  { set: "networkPolicy.edgeCidrs={fd00::1::/64}", says: /'\/networkPolicy\/edgeCidrs\/0'/ },
  {
    set: "networkPolicy.edgeCidrs={1:2:3:4::5:6:7:8/64}",
    says: /'\/networkPolicy\/edgeCidrs\/0'/,
    yaml: [/- namespaceSelector:/, "- ipBlock: {cidr: 1:2:3:4::5:6:7:8/64}\n        - namespaceSelector:"],
  },
  { set: "image.registry=https://registry.test", says: /'\/image\/registry'/ },
  { set: "edge.host=a.0x1", says: /'\/edge\/host'/ },
  { set: `${nginx}edge.bodySize=2m`, says: /edge\.bodySize \(2m\): the nginx edge takes 1m/ },
  { set: `${nginx}edge.tls.ciphers={ECDHE-RSA-AES128-GCM-SHA256}`, says: /edge\.tls\.ciphers: the nginx edge/ },
  { set: `${nginx}edge.nginx.service.nodePorts.http=30443`, says: /https and .*nodePorts\.http are both 30443/ },
  {
    set: `${nginx}web.service.type=NodePort,web.service.nodePort=30080`,
    says: /web\.service\.nodePort and .*nodePorts\.http are both 30080/,
  },
  { set: "edge.kind=gateway,edge.gateway.className=x,edge.gateway.namespace=other", says: /set one of the two/ },
  { set: "redis.enabled=false,redis.external.secretName=x", says: /redis\.external\.cidrs is empty/ },
  { set: "mongodb.external.secretName=x", says: /mongodb\.external\.cidrs is empty/ },
  { set: "redis.maxMemory=320mb", says: /redis\.maxMemory \(320mb\) must be less than half/ },
  { set: "mongodb.enabled=true,mongodb.cacheGb=1", says: /mongodb\.cacheGb \(1 GiB\) must be at most half/ },
  {
    set: "web.resources.requests.cpu=2",
    says: /web\.resources: the request of cpu \(2\) is above its limit \(1\)/,
    yaml: [/cpu: 50m/, "cpu: 2"],
  },
  { set: "worker.resources.requests.memory=1Gi", says: /the request of memory \(1Gi\) is above its limit \(256Mi\)/ },
  { set: `${nginx}edge.nginx.resources.limits.cpu=10m`, says: /edge\.nginx\.resources: the request of cpu/ },
  { set: "web.minAvailable=2", says: /web\.minAvailable \(2\) is not less than web\.autoscaling\.minReplicas \(2\)/ },
  {
    set: "worker.autoscaling.minReplicas=1,worker.autoscaling.maxReplicas=1",
    says: /worker\.minAvailable \(1\) is not less than worker\.autoscaling\.minReplicas \(1\), so no drain/,
  },
  {
    set: "web.autoscaling.enabled=false,web.replicas=2,web.minAvailable=2",
    says: /raise web\.replicas, or set web\.minAvailable=1/,
  },
  { set: "edge.kind=gateway,edge.rateLimit.requestsPerSecond=5", says: /the Gateway API has no rate limit/ },
  { set: "edge.kind=gateway,edge.gateway.implementation=envoy", says: /need a Gateway of this release/ },
  {
    set: "edge.kind=gateway,edge.gateway.className=x,edge.gateway.implementation=envoy,edge.gateway.retry=true",
    says: /edge\.gateway\.retry: edge\.gateway\.implementation=envoy has its own retries/,
  },
  { set: "edge.kind=gateway,edge.clientCertificates.enabled=true", says: /an existing Gateway validates clients/ },
  { set: "auth.anonymous=false", says: /auth: everybody could use tasks/ },
  {
    set: "auth.anonymous=false,edge.clientCertificates.enabled=true,web.service.type=NodePort",
    says: /auth: everybody could use tasks/,
  },
  { set: "edge.previous=ingress", says: /edge\.previous is edge\.kind \(ingress\)/ },
  { set: "edge.previous=target-group", says: /'\/edge\/previous'/ },
  { set: "edge.tls.acme.email=nobody", says: /'\/edge\/tls\/acme\/email'/ },
  { set: "edge.tls.acme.server=http://acme.test", says: /'\/edge\/tls\/acme\/server'/ },
  { set: "worker.service.type=LoadBalancer", says: /'\/worker\/service\/type': value must be 'ClusterIP'/ },
  { set: "worker.service.type=NodePort", says: /'\/worker\/service\/type': value must be 'ClusterIP'/ },
];

/** Disruption budgets of the chart with an nginx edge of this many replicas. */
function budgets(replicas: number): number {
  const yaml = rendered("dev", "edge.kind=nginx", "redis.enabled=false", `edge.nginx.replicas=${replicas}`);
  return yaml.split("kind: PodDisruptionBudget").length - 1;
}

const mtls = "edge.clientCertificates.enabled=true";
const envoy = "edge.gateway.className=envoy,edge.gateway.implementation=envoy";

function headerWith(values: string): string | undefined {
  return objectsOf(rendered("dev", values), configMap).get("web")?.data["API_CERTIFICATE_HEADER"];
}

describeWith(["helm"], "the header with the subject of the client certificate", () => {
  it.each([
    ["edge.kind=nginx", "X-Client-Subject"],
    ["edge.kind=ingress", "ssl-client-subject-dn"],
    [`edge.kind=gateway,${envoy}`, "x-forwarded-client-cert"],
    ["edge.kind=gateway,edge.gateway.className=other", undefined],
    ["edge.kind=nginx,edge.previous=ingress", undefined],
    ["edge.kind=nginx,web.service.type=NodePort", undefined],
  ])("is the one that only this edge can set: %s", (set, header) => {
    expect([headerWith(`${set},${mtls}`), headerWith(set)]).toEqual([header, undefined]);
  });
});

describeWith(["helm"], "values that can't work", () => {
  it.each(refused)("are rejected with their name: $set", ({ set, says }) => {
    expect(() => rendered("dev", set)).toThrow(says);
  });

  it.each([
    "web.autoscaling.enabled=false,web.replicas=1,web.minAvailable=0",
    "web.autoscaling.enabled=false,web.replicas=0",
    "networkPolicy.edgeCidrs={10.0.0.0/8,::/0,fd00:1::/64,1:2:3:4:5:6:7:8/128,::1/128,1:2:3:4:5:6:7::/112}",
    "web.resources.requests.cpu=1,web.resources.limits.cpu=1",
    `web.resources.requests.memory=262144Ki`,
    "worker.service.type=ClusterIP",
    "edge.host=localhost",
    "image.registry=localhost:5000/team_a",
    "mongodb.enabled=true,mongodb.cacheGb=0.5",
    "redis.enabled=false,redis.external.secretName=x,networkPolicy.enabled=false",
  ])("do not include: %s", (set) => {
    expect(() => rendered("dev", set)).not.toThrow();
  });

  it.each(["edge", "web", "worker", "edge.nginx", "termination", "networkPolicy", "web.resources", "image", "test"])(
    "%s=null leaves that part at its defaults",
    (part) => {
      expect(rendered("dev", `${part}=null`)).toContain("kind: Ingress");
    },
  );

  it("one replica of the nginx edge has no disruption budget, which would block every drain", () => {
    expect([budgets(1), budgets(2)]).toEqual([2, 3]);
  });
});

describeWith(["helm"], "the commands in docs/kubernetes.md", () => {
  const guide = readFileSync("docs/kubernetes.md", "utf8");
  const [, typed = ""] = /^helm upgrade --install (.*)$/m.exec(guide) ?? [];

  it("render the chart, and create every Secret that its pods and its edge need", async () => {
    const args = typed.replace("registry=…", "registry=r.example").replace("host=…", "host=analyze.test").split(" ");
    const { code, stdout, stderr } = await run("helm", ["template", ...args]);
    expect({ code, errors: stderr.replaceAll(/^level=INFO.*\n/gm, "") }).toEqual({ code: 0, errors: "" });
    const made = [...stdout.matchAll(/^kind: Secret\nmetadata:\n {2}name: (\S+)/gm)].map(([, name]) => name);
    const created = [...guide.matchAll(/create secret \w+ (\S+)/g)].map(([, name]) => name);
    const needed = [...stdout.matchAll(/secretName: "?([\w-]+)/g)].map(([, name]) => name);
    expect(needed).toContain("analyze-tokens");
    expect([...made, ...created]).toEqual(expect.arrayContaining(needed));
  });
});

describeWith(["cluster", "helm"], "the API server", () => {
  const withYaml = refused.flatMap(({ set, yaml }) => (yaml ? [{ set, yaml }] : []));
  it.each(withYaml)("would reject it too: $set", async ({ yaml: [from, to] }) => {
    const { context } = await connect();
    const good = rendered("dev").replaceAll("namespace: analyze\n", "namespace: default\n");
    const create = async (input: string): Promise<number> => {
      const args = ["--context", context, "create", "--dry-run=server", "-f", "-"];
      return (await run("kubectl", args, { input })).code;
    };
    expect(from.test(good)).toBe(true);
    expect([await create(good), await create(good.replace(from, to))]).toEqual([0, 1]);
  });
});

/** The chart with the values.yaml of a release: what `helm upgrade --reuse-values` renders on top of that release. */
function upgradedFrom(values: string): string {
  const chart = mkdtempSync(join(tmpdir(), "reused-"));
  cpSync("ingress", chart, { recursive: true, dereference: true });
  cpSync(join("test/cluster/released", values), join(chart, "values.yaml"));
  return chart;
}

describeWith(["helm"], "helm upgrade --reuse-values", () => {
  const released = readdirSync("test/cluster/released").filter((name) => name.endsWith(".yaml"));
  it.each(released)("renders over the values of a release: %s", (values) => {
    const chart = upgradedFrom(values);
    try {
      for (const kind of ["ingress", "gateway", "nginx"]) {
        const yaml = renderedFrom(chart, "--set", `edge.kind=${kind}`);
        const deployments = [...yaml.matchAll(/^kind: Deployment\nmetadata:\n  name: (\w+)$/gm)].map(
          ([, name]) => name,
        );
        expect(new Set(deployments)).toEqual(new Set(kind === "nginx" ? ["edge", "web", "worker"] : ["web", "worker"]));
      }
    } finally {
      rmSync(chart, { recursive: true });
    }
  });
});
