import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import type { Finding } from "@analyze/common/finding";
import { connect } from "../../deploy/cluster/cluster.ts";
import { examine as examineCluster } from "../../deploy/cluster/examine.ts";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";

const namespace = `doctor-${process.pid}`;
const host = "doctor.test";

function applyTo(where: string, ...objects: object[]): void {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  execFileSync("kubectl", ["-n", where, "apply", "-f", "-"], { input, stdio: ["pipe", "ignore", "inherit"] });
}

function apply(...objects: object[]): void {
  applyTo(namespace, ...objects);
}

/** The chart's edge of kind nginx, as far as the doctor reads it; without pods. */
const nginxEdge = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "edge", labels: { "app.kubernetes.io/component": "edge" } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: "edge" } },
    template: {
      metadata: { labels: { app: "edge" } },
      spec: {
        containers: [{ name: "nginx", image: "nginx:stable-bookworm" }],
        volumes: [{ name: "secret", projected: { sources: [{ secret: { name: "doctor-tls" } }] } }],
      },
    },
  },
};

function ingressOf(name: string, className: string) {
  const backend = { service: { name: "web", port: { number: 80 } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "doctor" },
    spec: {
      ingressClassName: className,
      tls: [{ hosts: [name], secretName: "doctor-tls" }],
      rules: [{ host: name, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    },
  };
}

function secretOf({ certificate, key }: Credential) {
  const stringData = { "tls.crt": certificate, "tls.key": key };
  return { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", metadata: { name: "doctor-tls" }, stringData };
}

function sliceOf(service: string, ready: boolean) {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: service, labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    endpoints: [1, 2].map((last) => ({ addresses: [`192.0.2.${last}`], conditions: { ready } })),
  };
}

/** Of a cluster where nobody listens. */
function kubeconfig(context: string, user: object = { token: "x" }): string {
  const clusters = [{ name: "here", cluster: { server: "https://127.0.0.1:1" } }];
  const contexts = [{ name: "here", context: { cluster: "here", user: "me" } }];
  const users = [{ name: "me", user }];
  return JSON.stringify({ apiVersion: "v1", kind: "Config", clusters, contexts, users, "current-context": context });
}

describeWith(["cluster"], "npm run doctor:cluster, on a real API server", () => {
  let authority: Credential;
  let findings: Finding[];

  async function examine(where = namespace): Promise<Finding | undefined> {
    findings = [];
    const subject = { namespace: where, host, ca: authority.certificate, certificates: "certs/issued" };
    for await (const finding of examineCluster(connect(), subject)) findings.push(finding);
    return findings.find(({ state }) => state === "broken");
  }

  beforeAll(async () => {
    execFileSync("kubectl", ["create", "namespace", namespace], { stdio: "ignore" });
    authority = await createAuthority({ hosts: [host, "other.test"] });
  });
  afterAll(() => {
    execFileSync("kubectl", ["delete", "namespace", namespace, "--wait=false"], { stdio: "ignore" });
  });

  it("each missing part is found in turn, until none is missing", async () => {
    expect(await examine()).toMatchObject({ name: "ingress", saw: `no Ingress in ${namespace}` });
    apply(ingressOf("other.test", "nginx"));
    expect(await examine()).toMatchObject({ name: "ingress", saw: expect.stringMatching(/are for other\.test/) });
    apply(ingressOf(host, "haproxy"));
    expect(await examine()).toMatchObject({ name: "ingress class", saw: expect.stringMatching(/wants class haproxy/) });
    apply(ingressOf(host, "nginx"));
    expect(await examine()).toMatchObject({ name: "tls secret", saw: "Secret doctor-tls is missing" });

    apply(secretOf(await issueServerLeaf(authority, { hosts: ["other.test"] })));
    expect(await examine()).toMatchObject({ name: "tls secret", means: expect.stringMatching(/not for doctor\.test/) });
    const [notBefore, notAfter] = [new Date(Date.now() - 9e8), new Date(Date.now() - 1e8)];
    apply(secretOf(await issueServerLeaf(authority, { hosts: [host], notBefore, notAfter })));
    expect(await examine()).toMatchObject({ name: "tls secret", means: expect.stringMatching(/expired/) });
    const foreign = await createAuthority({ hosts: [host], commonName: "Other CA" });
    apply(secretOf(await issueServerLeaf(foreign, { hosts: [host] })));
    expect(await examine()).toMatchObject({ name: "tls secret", means: expect.stringMatching(/did not sign it/) });

    apply(secretOf(await issueServerLeaf(authority, { hosts: [host] })));
    expect(await examine()).toMatchObject({ name: "pods of web", saw: "0 of 0 ready" });
    apply(sliceOf("web", false));
    expect(await examine()).toMatchObject({ name: "pods of web", saw: "0 of 2 ready" });
    apply(sliceOf("web", true));
    expect(await examine()).toMatchObject({ name: "pods of worker" });
    apply(sliceOf("worker", true));
    expect(await examine()).toBeUndefined();
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["cluster", "pull secret", "network-policy"]),
    );
  });

  it("an edge of kind nginx, which has no Ingress, is examined by its own checks", async () => {
    const own = `${namespace}-nginx`;
    execFileSync("kubectl", ["create", "namespace", own], { stdio: "ignore" });
    onTestFinished(() => {
      execFileSync("kubectl", ["delete", "namespace", own, "--wait=false"], { stdio: "ignore" });
    });
    applyTo(own, nginxEdge);
    expect(await examine(own)).toMatchObject({ name: "tls secret", saw: "Secret doctor-tls is missing" });
    applyTo(own, secretOf(await issueServerLeaf(authority, { hosts: [host] })));
    expect(await examine(own)).toMatchObject({ name: "pods of edge", saw: "0 of 0 ready" });
    applyTo(own, ...["edge", "web", "worker"].map((service) => sliceOf(service, true)));
    expect(await examine(own)).toBeUndefined();
    expect(findings[1]).toMatchObject({ name: "edge", saw: "nginx of this project" });
  });

  it.each([
    ["is not there", undefined, /KUBECONFIG is .*, and there is no such file\.\n *Correct it, or take the default/],
    ["has no context", "", /kubectl has no context: .*\n *Start a cluster \(minikube start\), or name one/],
    ["is no kubeconfig", "garbage", /kubectl has no context: .*error loading config file.*\n *Start a cluster/],
    [
      "names an unknown context",
      kubeconfig("other"),
      /context other does not answer: .*not found.*\n *Start a cluster/,
    ],
    ["has no credentials", kubeconfig("here", {}), /its user has no credentials in the kubeconfig\n *Start a/],
    ["leads nowhere", kubeconfig("here"), /context here does not answer: The connection .* was refused.*\n *Start a/],
  ])("a kubeconfig that %s is named, with what to do", async (_, content, says) => {
    const file = join(mkdtempSync(join(tmpdir(), "kubeconfig-")), "config");
    if (content !== undefined) writeFileSync(file, content);
    const env = { KUBECONFIG: file };
    const { code, stdout } = await run(process.execPath, ["deploy/cluster/main.ts"], { env });
    rmSync(dirname(file), { recursive: true });
    expect([code, stdout]).toEqual([1, expect.stringMatching(says)]);
  });
});
