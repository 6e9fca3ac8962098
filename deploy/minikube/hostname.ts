import type { Finding } from "@analyze/common/finding";
import { lookup } from "node:dns/promises";
import type { Cluster } from "../cluster/cluster.ts";
import { profiles } from "../cluster/objects.ts";
import { readJson } from "../cluster/read-json.ts";
import { run } from "../run.ts";
import { shellWord } from "@analyze/common/shell";
import type { Options } from "./options.ts";
import { splitAddress } from "./reach.ts";

type Called = Pick<Options, "host" | "certificates" | "mtls">;

/** The person's machine: `process.platform`, and the driver of minikube's node. */
export interface Seat {
  platform: NodeJS.Platform;
  driver: string | undefined;
}

/** The driver of minikube's node; undefined without minikube. */
export async function driverOf(cluster: Cluster): Promise<string | undefined> {
  if (cluster.kind !== "minikube") return undefined;
  const { code, stdout } = await run("minikube", ["profile", "list", "-o", "json"]);
  if (code !== 0) return undefined;
  return (
    readJson(profiles, stdout, "minikube profile list").valid.find(({ Name }) => Name === cluster.context)?.Config
      .Driver || undefined
  );
}

/** The command that makes `host` resolve on this system. */
function hostsLine(platform: NodeJS.Platform, ip: string, host: string): string {
  if (platform !== "win32") return `echo "${ip} ${host}" | sudo tee -a /etc/hosts`;
  return `Add-Content -Path $env:windir\\System32\\drivers\\etc\\hosts -Value "${ip} ${host}"   (PowerShell as administrator)`;
}

/** Why the node's address may not be reachable from here, and what to do. Empty if it is. */
export function driverAdvice({ platform, driver }: Seat): string[] {
  const containers = driver === "docker" || driver === "podman";
  if (containers && platform !== "linux") {
    return [
      `the ${driver} driver's network is inside a virtual machine here: keep "minikube tunnel" running in another`,
      "terminal (it asks for the administrator's password), then the address is 127.0.0.1",
    ];
  }
  if (driver === "qemu2")
    return ["qemu2 with its builtin network is not reachable: minikube start --network=socket_vmnet"];
  if (driver === "none") return ["the none driver listens on this machine: the address is 127.0.0.1"];
  return [];
}

function urlOf(host: string, port: number): string {
  return `https://${host}${port === 443 ? "" : `:${port}`}`;
}

/** The URL of the edge, its address, and the files that callers need. Pure. */
export function whereabouts({ host, certificates, mtls }: Called, address: string): string {
  const { host: ip, port } = splitAddress(address);
  const own = mtls ? ", and need a certificate, such as client.crt and client.key there" : "";
  return `${urlOf(host, port)} is at ${ip}. Clients trust only ${certificates}/ca.crt${own}.`;
}

/** A call of the edge at `address` for any machine that has the files, whatever its DNS says. Pure. */
export function curlCommand({ host, certificates, mtls }: Called, address: string): string {
  const { host: ip, port } = splitAddress(address);
  const file = (name: string): string => shellWord(`${certificates}/${name}`);
  const own = mtls ? `--cert ${file("client.crt")} --key ${file("client.key")} ` : "";
  const at = `--resolve ${host}:${port}:${ip.includes(":") ? `[${ip}]` : ip}`;
  return `curl --cacert ${file("ca.crt")} ${own}${at} ${urlOf(host, port)}/random`;
}

/** A finding, unless the system resolves the host to the edge's address. */
export async function hostnameFinding(called: Called, address: string, platform: NodeJS.Platform): Promise<Finding[]> {
  const { host } = called;
  const { host: ip } = splitAddress(address);
  const resolved = await lookup(host).catch(() => undefined);
  if (resolved?.address === ip) return [];
  const saw =
    resolved === undefined
      ? `${host} does not resolve here: browsers need it, clients can be given the address`
      : `${host} resolves to ${resolved.address}, the edge is at ${ip}`;
  const next = [
    hostsLine(platform, ip, host),
    `or: ${curlCommand(called, address)}`,
    `client: ANALYZE_ADDRESS=${address}`,
  ];
  return [{ name: "hostname", state: "warning", saw, next: next.join("\n") }];
}
