import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readConfig as readWebConfig } from "../../server/src/web/config.ts";
import { readConfig as readWorkerConfig } from "../../server/src/worker/config.ts";
import { limits } from "../../server/src/contract/limits.ts";
import { describeWith } from "../support/requirements.ts";
import {
  backendTrafficPolicy,
  behindTargetGroup,
  configMap,
  deployment,
  httpRoute,
  ingress,
  objectsOf,
  rendered,
  renderedFrom,
  service,
} from "./render.ts";

const programs = { web: readWebConfig, worker: readWorkerConfig };

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the chart does not render what this test looks at");
  return value;
}

function checksums(...set: string[]): string[] {
  const deployments = objectsOf(rendered("dev", ...set), deployment).values();
  return [...deployments].map(({ spec }) => spec.template.metadata.annotations["checksum/config"] ?? "");
}

const mounted = join(mkdtempSync(join(tmpdir(), "agreement-")), "secret");
writeFileSync(mounted, "secret");

/** The environment of a pod, with an existing file in place of each file of a Secret. */
function mountedHere(environment: Record<string, string>): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.map(([key, value]) => [key, value.startsWith("/run/") ? mounted : value]));
}

describeWith(["helm"], "the chart agrees with the programs that it runs", () => {
  for (const stage of ["dev", "prod"] as const) {
    const yaml = rendered(stage, ...(stage === "prod" ? behindTargetGroup : []));
    const deployments = objectsOf(yaml, deployment);
    const settings = objectsOf(yaml, configMap);
    for (const name of ["web", "worker"] as const) {
      const pod = must(deployments.get(name)).spec.template.spec;
      const [container] = pod.containers;
      const environment = mountedHere(must(settings.get(name)).data);
      const config = programs[name](environment);
      const ports = new Map(container.ports.map((port) => [port.name, port.containerPort]));

      it(`${stage}, ${name}: the program reads every variable that is set`, () => {
        const read: string[] = [];
        const watched = new Proxy(environment, {
          get: (target, key) => {
            if (typeof key === "string") read.push(key);
            return Reflect.get(target, key);
          },
        });
        programs[name](watched);
        expect(Object.keys(environment).filter((key) => !read.includes(key))).toEqual([]);
      });

      it(`${stage}, ${name}: it listens on the pod's ports`, () => {
        expect(Object.fromEntries(ports)).toEqual({ http: config.port, metrics: config.metricsPort });
      });

      it(`${stage}, ${name}: it exits before the grace period ends`, () => {
        const preStopMs = must(container.lifecycle).preStop.sleep.seconds * 1000;
        expect(preStopMs + config.shutdownLimitMs).toBeLessThan(pod.terminationGracePeriodSeconds * 1000);
        expect(config.drainDelayMs).toBeLessThan(config.shutdownLimitMs);
      });

      it(`${stage}, ${name}: probes use the routes for liveness and readiness`, () => {
        const paths = [container.startupProbe, container.livenessProbe, container.readinessProbe];
        expect(paths.map((probe) => must(probe).httpGet)).toEqual([
          { path: "/livez", port: "http" },
          { path: "/livez", port: "http" },
          { path: "/readyz", port: "http" },
        ]);
      });

      it(`${stage}, ${name}: a rolling update removes no pod before another is ready`, () => {
        expect(must(deployments.get(name)).spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
      });
    }

    it(`${stage}: web calls worker by its Service's name and port`, () => {
      const { port } = must(must(objectsOf(yaml, service).get("worker")).spec.ports[0]);
      expect(must(settings.get("web")).data["WORKER_URL"]).toBe(`http://worker.analyze.svc:${port}`);
    });

    it(`${stage}: the edge accepts the largest body that web accepts, and waits longer than web waits for worker`, () => {
      for (const { metadata } of objectsOf(yaml, ingress).values()) {
        const of = (name: string): string => must(metadata.annotations[`nginx.ingress.kubernetes.io/${name}`]);
        expect(of("proxy-body-size")).toBe(`${limits.bodyBytes / 1024 / 1024}m`);
        expect(Number(of("proxy-read-timeout")) * 1000).toBeGreaterThan(limits.workerDeadlineMs);
      }
    });
  }

  it("ingress: an instance that does not answer leaves time for a second try", () => {
    for (const { metadata } of objectsOf(rendered("dev"), ingress).values()) {
      const seconds = (name: string): number =>
        Number(metadata.annotations[`nginx.ingress.kubernetes.io/proxy-${name}`]);
      expect(seconds("next-upstream-timeout")).toBeGreaterThan(seconds("read-timeout"));
    }
  });

  it("gateway: an instance that does not answer leaves time for a second try", () => {
    const yaml = renderedFrom("ingress", "-f", "ingress/values.dev.yaml", "-f", "ingress/values.envoy.yaml");
    const policies = objectsOf(yaml, backendTrafficPolicy);
    for (const [name, { spec }] of objectsOf(yaml, httpRoute)) {
      const oneTry = Number.parseFloat(must(policies.get(name)).spec.retry.perRetry.timeout);
      for (const { timeouts } of spec.rules) {
        // Envoy Gateway uses backendRequest, if set, as the time limit of all attempts
        expect(timeouts.backendRequest).toBeUndefined();
        expect(Number.parseFloat(timeouts.request)).toBeGreaterThan(2 * oneTry);
      }
    }
    expect(policies.size).toBe(3);
  });

  it("only the route without effect may be retried", () => {
    const retried = [
      ...objectsOf(rendered("prod", "edge.kind=ingress", "auth.anonymous=true"), ingress).values(),
    ].flatMap(({ metadata, spec }) =>
      metadata.annotations["nginx.ingress.kubernetes.io/proxy-next-upstream"]?.includes("non_idempotent")
        ? spec.rules.flatMap(({ http }) => http.paths)
        : [],
    );
    expect(retried).toEqual([{ path: "/analyze", pathType: "Exact" }]);
  });

  it("a change of configuration restarts the pods that it affects, and no others", () => {
    const [web, worker] = checksums();
    const [webAfter, workerAfter] = checksums("worker.logLevel=debug");
    expect([webAfter, workerAfter === worker]).toEqual([web, false]);
  });

  it.each([
    ["edge.kind=traefik", "/edge/kind"],
    ["web.replica=3", "replica"],
    ["web.image.digest=sha256:abc", "/web/image/digest"],
    ["termination.graceSeconds=0", "/termination/graceSeconds"],
    ["edge.host=Analyze_Test", "/edge/host"],
  ])("a wrong value is rejected with its name: %s", (pair, name) => {
    expect(() => rendered("dev", pair)).toThrow(name);
  });

  it("a digest takes precedence over a tag, and the registry precedes both", () => {
    const digest = `sha256:${"ab".repeat(32)}`;
    const images = ["image.registry=registry.example/team", `web.image.digest=${digest}`, "worker.image.tag=v2"];
    const deployments = objectsOf(rendered("prod", ...behindTargetGroup, ...images), deployment);
    expect([...deployments.values()].map(({ spec }) => spec.template.spec.containers[0].image)).toEqual([
      `registry.example/team/analyze/web@${digest}`,
      "registry.example/team/analyze/worker:v2",
    ]);
  });
});
