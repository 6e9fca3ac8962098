import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configMap, objectsOf, rendered } from "../cluster/render.ts";

/** The name of web's pods in the cluster's DNS. */
export const podsName = "web-pods.analyze.svc.cluster.local";

/** The output of resolver.sh in a pod with this DNS server. */
export function resolverOf(server: string): string {
  const folder = mkdtempSync(join(tmpdir(), "resolv-"));
  const file = join(folder, "resolv.conf");
  writeFileSync(file, `search analyze.svc.cluster.local svc.cluster.local cluster.local\nnameserver ${server}\n`);
  const printed = execFileSync("sh", ["nginx/resolver.sh", "web-pods", file], { encoding: "utf8", stdio: "pipe" });
  rmSync(folder, { recursive: true });
  return printed;
}

/** nginx.conf and site/http.conf of the chart's nginx edge. */
export function chartsFiles(): { main: string; http: string } {
  const data = objectsOf(rendered("dev", "edge.kind=nginx"), configMap).get("edge")?.data ?? {};
  return { main: data["nginx.conf"] ?? "", http: data["site__http.conf"] ?? "" };
}
