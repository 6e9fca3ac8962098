import { basename, dirname, resolve } from "node:path";
import { shellWord } from "@analyze/common/shell";
import type { Place } from "../config.ts";
import { portOf, type Target } from "./target.ts";

/** Commands about the client itself. */
interface LocalCommands {
  /** Whether the client runs. */
  client: string;
  /** The settings that the client runs with. */
  settings: string;
  clock: string;
}

/** The commands of a place: each is one line to type there. */
export interface Commands extends LocalCommands {
  /** Whether the edge runs, and its configuration. */
  edge: string;
  /** Which hosts and paths the edge has rules for. */
  rules: string;
  /** The edge's limits of size and rate. */
  limits: string;
  /** Whether web and worker run. */
  services: string;
  /** The services' log lines of a request. */
  logs(requestId: string): string;
  /** The edge's certificate: issues a new one, or shows its dates where none can be issued. */
  certificate: string;
  /** Issues a certificate for this name, or shows the names of the present one where none can be issued. */
  issueFor(host: string): string;
  /** The CA that should be trusted. */
  authority: string;
}

/** The commands about the client itself, by place. */
export const localCommands: Record<Place, LocalCommands> = {
  host: { client: "systemctl status analyze-client", settings: "systemctl cat analyze-client", clock: "timedatectl" },
  start: { client: "npm start", settings: "env | grep -oE '^(ANALYZE|NODE|OPENSSL|SSL)_\\w+'", clock: "date -u" },
  compose: { client: "docker compose ps client", settings: "docker compose config client", clock: "date -u" },
  kubernetes: {
    client: "npm run analyze",
    settings: "env | grep -oE '^(ANALYZE|NODE|OPENSSL|SSL)_\\w+'",
    clock: "date -u",
  },
};

/** In a checkout, the option for the CA file's folder if it is not the default of `npm run certs`. */
function folderOption(option: string, { caFile }: Target): string[] {
  if (caFile === undefined || basename(caFile) !== "ca.crt") return [];
  const folder = resolve(dirname(caFile));
  return folder === resolve("certs/issued") ? [] : [option, shellWord(folder)];
}

function npmRun(script: string, options: string[]): string {
  return [`npm run ${script}`, ...(options.length > 0 ? ["--", ...options] : [])].join(" ");
}

/** Builds a certificate command from its options. */
type Issuer = (...options: string[]) => string;

function inCheckout(target: Target): Issuer {
  return (...options) => npmRun("certs", [...folderOption("--dir", target), ...options]);
}

/** For the folder that Compose mounts, which CERTS_FOLDER can change. */
const inCompose: Issuer = (...options) => ["docker compose run --rm certs --dir /certs/issued", ...options].join(" ");

function issuing(certs: Issuer): Pick<Commands, "certificate" | "issueFor" | "authority"> {
  return {
    certificate: certs("--renew"),
    issueFor: (host) => certs(`--host ${host}`),
    authority: certs("--show"),
  };
}

/** A curl request to the edge, with the client's CA and address. */
function curl({ url, caFile, address }: Target): string {
  const port = url.port === "" ? "443" : url.port;
  const trust = caFile === undefined ? "" : ` --cacert ${shellWord(caFile)}`;
  const ip = address && (address.family === 6 ? `[${address.ip}]` : address.ip);
  const pin = address && ` --connect-to ${shellWord(`${url.hostname}:${port}:${ip}:${address.port ?? port}`)}`;
  return `curl -v${trust}${pin ?? ""} ${shellWord(`${url.origin}/readyz`)}`;
}

/** An OpenSSL handshake with the edge, like the client's. */
export function handshake(target: Target, address: string): string {
  const { hostname } = target.url;
  const at = address.includes(":") ? `[${address}]` : address;
  return `openssl s_client -connect ${shellWord(`${at}:${portOf(target)}`)} -servername ${shellWord(hostname)} </dev/null`;
}

function onHost(target: Target): Commands {
  const fromHere = curl(target);
  const seen = `${handshake(target, target.address?.ip ?? target.url.hostname)} | openssl x509 -noout`;
  const { caFile } = target;
  return {
    edge: fromHere,
    rules: fromHere,
    limits: fromHere,
    services: fromHere,
    logs: () => fromHere,
    certificate: `${seen} -dates`,
    issueFor: () => `${seen} -ext subjectAltName`,
    authority: `openssl x509 -in ${shellWord(caFile ?? "ca.crt")} -noout -subject -dates`,
    ...localCommands.host,
  };
}

const onStart = (target: Target): Commands => ({
  edge: "tail -n 20 logs/web.log",
  rules: "tail -n 20 logs/web.log",
  limits: "tail -n 20 logs/web.log",
  services: "tail -n 20 logs/web.log logs/worker.log",
  logs: (requestId) => `grep ${requestId} logs/web.log logs/worker.log`,
  ...issuing(inCheckout(target)),
  ...localCommands.start,
});

const compose: Commands = {
  edge: "docker compose logs --tail 20 nginx",
  rules: "docker compose logs --tail 20 nginx",
  limits: "docker compose logs --tail 20 nginx",
  services: "docker compose ps",
  logs: (requestId) => `docker compose logs web-1 web-2 worker | grep ${requestId}`,
  ...issuing(inCompose),
  ...localCommands.compose,
};

const onKubernetes = (target: Target): Commands => ({
  edge: "kubectl -n analyze get ingress,secret",
  rules: "kubectl get ingress -A",
  limits: "kubectl -n analyze get ingress -o yaml | grep -E 'limit|body-size'",
  services: "kubectl -n analyze get pods,endpointslices",
  logs: (requestId) => `kubectl -n analyze logs -l app.kubernetes.io/name=analyze --tail=-1 | grep ${requestId}`,
  ...issuing(inCheckout(target)),
  certificate: npmRun("tls:renew", folderOption("--certificates", target)),
  ...localCommands.kubernetes,
});

const commandsByPlace: Record<Place, (target: Target) => Commands> = {
  host: onHost,
  start: onStart,
  compose: () => compose,
  kubernetes: onKubernetes,
};

/** The commands that exist where the client runs. A host has neither the checkout nor access to the cluster. */
export function commandsOf(target: Target): Commands {
  return commandsByPlace[target.place](target);
}
