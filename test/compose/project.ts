import { execFile } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Edge } from "../edge/ask.ts";
import { freePort } from "../support/ports.ts";
import { hasIpv6 } from "../support/ipv6.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** The owner of the checkout, if the tests run as root. */
const someone = 1234;

/** A complete `docker compose up` of this checkout, isolated: own name, ports, network, images, certificates. */
export interface Project {
  name: string;
  edge(): Edge;
  /** The same over IPv6, where this machine has it. */
  edgeOnIpv6(): Edge;
  /** Where `npm run certs` would write: contains issued/. */
  certificates: string;
  /** `docker compose …` for this project. Resolves with its output, rejects if it fails. */
  compose(...args: string[]): Promise<string>;
  /** Runs a TypeScript file of the checkout with the project's environment. Resolves with its output. */
  script(file: string, ...args: string[]): Promise<string>;
  /** URLs of the profile's Prometheus and Alertmanager. */
  prometheus: string;
  alertmanager: string;
  /** `docker inspect` of the service's container. */
  inspect(service: string): Promise<unknown>;
  /** Names of the service's networks with access to the outside. */
  waysOut(service: string): Promise<string[]>;
  /** Removes containers, networks, volumes, images and certificates. */
  remove(): Promise<void>;
}

/** EDGE_BIND is one address: a second one is published, too. */
const secondAddress = (port: string): object => ({ nginx: { ports: [`[::1]:${port}:8443`] } });

const administrator = "set-by-the-test";

/** In MongoDB's place, which no package registry has: in the same container, with the same volume. It reads no password from a file. */
const ferretdb = {
  mongodb: {
    image: "ghcr.io/ferretdb/ferretdb:1.24.2",
    command: [
      "--handler=sqlite",
      "--sqlite-url=file:/data/db/",
      "--state-dir=/data/db",
      "--listen-addr=:27017",
      "--telemetry=disable",
      "--test-enable-new-auth",
      "--setup-database=admin",
      "--setup-username=root",
      `--setup-password=${administrator}`,
    ],
    // Its image has no shell.
    healthcheck: "none",
  },
  "mongodb-user": { environment: { MONGODB_PASSWORD_FILE: "", MONGODB_PASSWORD: administrator } },
};

const program = (name: string, user = "65534:65534", ...files: string[]): object => ({
  image: "debian:bookworm-slim",
  entrypoint: [`/usr/bin/${name}`],
  user,
  volumes: [`/usr/bin/${name}`, ...files].map((path) => `${path}:${path}:ro`),
});

/** The profile's programs as Debian has them on this machine, in place of images that no package registry has. */
const debians = {
  // Its own image owns the volume's folder.
  prometheus: program("prometheus", "0:0"),
  "node-exporter": program("prometheus-node-exporter"),
  alertmanager: program("prometheus-alertmanager", "65534:65534", "/usr/share/prometheus/alertmanager"),
};

/** Prepares a project; nothing runs yet. */
export async function createProject(): Promise<Project> {
  const name = `analyze-test-${process.pid}`;
  const certificates = mkdtempSync(join(tmpdir(), "compose-certs-"));
  if (process.getuid?.() === 0) chownSync(certificates, someone, someone);
  const [https, http] = [String(await freePort()), String(await freePort())];
  const more = join(certificates, "more.yaml");
  const [prometheus, alertmanager] = [String(await freePort()), String(await freePort())];
  const services = JSON.stringify({ ...ferretdb, ...debians, ...(hasIpv6 ? secondAddress(https) : {}) });
  writeFileSync(more, `services: ${services.replace('"none"', "!reset null")}`);
  const env = {
    ...process.env,
    COMPOSE_PROJECT_NAME: name,
    COMPOSE_FILE: `compose.yaml:${more}`,
    COMPOSE_PROGRESS: "plain",
    ANALYZE_TAG: name,
    CERTS_FOLDER: certificates,
    EDGE_HTTPS_PORT: https,
    EDGE_HTTP_PORT: http,
    PROMETHEUS_PORT: prometheus,
    ALERTMANAGER_PORT: alertmanager,
    EDGE_RATE: "100000r/s",
    EDGE_NET: `198.18.${100 + (process.pid % 150)}`,
  };
  const docker = async (...args: string[]): Promise<string> =>
    (await run("docker", args, { cwd: root, env, maxBuffer: 1 << 26 })).stdout;
  const compose = (...args: string[]): Promise<string> => docker("compose", ...args);
  const idOf = async (service: string): Promise<string> => (await compose("ps", "--all", "--quiet", service)).trim();
  const edge = (ip: string) => (): Edge => ({
    url: `https://analyze.test:${https}`,
    address: `${ip}:${https}`,
    clearAddress: `${ip}:${http}`,
    ca: readFileSync(join(certificates, "issued/ca.crt"), "utf8"),
  });
  return {
    name,
    certificates,
    compose,
    prometheus: `http://127.0.0.1:${prometheus}`,
    alertmanager: `http://127.0.0.1:${alertmanager}`,
    script: async (file, ...args) => (await run(process.execPath, [file, ...args], { cwd: root, env })).stdout,
    edge: edge("127.0.0.1"),
    edgeOnIpv6: edge("[::1]"),
    inspect: async (service) => {
      const [container]: unknown[] = JSON.parse(await docker("inspect", await idOf(service)));
      return container;
    },
    waysOut: async (service) => {
      const format = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}";
      const networks = (await docker("inspect", "--format", format, await idOf(service))).trim().split(" ");
      const internal = await docker("network", "inspect", "--format", "{{.Internal}}", ...networks);
      return networks.filter((_, index) => internal.split("\n")[index] !== "true");
    },
    remove: async () => {
      await compose("--profile", "monitoring", "down", "--volumes", "--timeout", "5");
      const images = ["web", "worker", "client", "certs"].map((image) => `analyze/${image}:${name}`);
      // If `up` failed, some were never built.
      await Promise.allSettled(images.map((image) => docker("rmi", image)));
      rmSync(certificates, { recursive: true, force: true });
    },
  };
}
