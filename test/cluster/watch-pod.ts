import { spansOf, type ReceivedSpan } from "../monitoring/receiver.ts";
import { startProgram } from "../support/program.ts";
import { restrictedPod } from "./stranger.ts";
import type { World } from "./world.ts";

/** Writes each message of spans as a line; forwards requests, as an HTTP proxy. */
const script = `
  const http = require("node:http");
  const { text } = require("node:stream/consumers");
  http.createServer(async (request, response) => {
    console.log(await text(request));
    response.end("{}");
  }).listen(4318);
  http.createServer(({ url, headers }, response) => {
    const forward = (answer) => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); };
    http.get(url, { headers }, forward).on("error", () => response.writeHead(502).end());
  }).listen(8888, () => console.log("listening"));`;

/** Where a release sends its spans, and who may read its metrics: values of the chart. */
export function watchedBy(namespace: string): string {
  const endpoint = `http://watch.${namespace}.svc:4318`;
  return `tracing.endpoint=${endpoint},tracing.namespace=${namespace},networkPolicy.metricsNamespace=${namespace}`;
}

/** A pod in a namespace of its own that receives spans, and through which a Prometheus outside scrapes. */
export interface WatchPod {
  /** All spans that arrived. */
  spans(): Promise<ReceivedSpan[]>;
  /** Opens the proxy on this machine. Resolves with its URL, which `end` closes. */
  proxy(): Promise<string>;
  /** Deletes the namespace. */
  end(): Promise<void>;
}

/** Starts it, with the image of the release's web, which has Node. */
export async function startWatchPod({ cluster, namespace: release }: World, namespace: string): Promise<WatchPod> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await cluster.read("-n", release, "get", "deployment/web", "-o", path);
  const labels = { app: "watch" };
  const container = { command: ["/nodejs/bin/node", "-e", script] };
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await cluster.apply(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "watch", namespace },
      spec: { selector: labels, ports: [{ port: 4318 }] },
    },
    restrictedPod({ name: "watch", namespace, image, labels }, container),
  );
  await cluster.read("-n", namespace, "wait", "--for=condition=Ready", "pod/watch", "--timeout=120s");
  const ends: (() => Promise<unknown>)[] = [];
  return {
    spans: async () => spansOf(await cluster.read("-n", namespace, "logs", "watch")),
    proxy: async () => {
      const to = ["--context", cluster.context, "-n", namespace, "port-forward", "pod/watch", ":8888"];
      const forward = startProgram("kubectl", to);
      ends.push(() => forward.stop());
      const [, address = ""] = await forward.waitFor(/Forwarding from (127\.0\.0\.1:\d+)/);
      return `http://${address}`;
    },
    end: async () => {
      for (const end of ends) await end();
      await cluster.read("delete", "namespace", namespace, "--timeout=120s");
    },
  };
}
