import { execFileSync } from "node:child_process";
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Edge } from "./ask.ts";
import { freePort } from "../support/ports.ts";
import { hasIpv6 } from "../support/ipv6.ts";
import { startProgram, type Program } from "../support/program.ts";

const sources = fileURLToPath(new URL("../../nginx", import.meta.url));
const nobody = 65534;
/** Both address families if the machine has both. */
const loopback = ["127.0.0.1", ...(hasIpv6 ? ["[::1]"] : [])];
const isRoot = process.getuid?.() === 0;

export interface NginxOptions {
  /** Ports of the instances of web. */
  webPorts: number[];
  /** Name or address of the instances (default 127.0.0.1). */
  webHost?: string;
  /** A command that starts nginx with the following arguments, as root. */
  launcher?: string[];
  /** Folder with tls.crt and tls.key of `npm run certs`. */
  certificates: string;
  /** Requests per second for one address (default: more than any test sends). */
  rate?: string;
  /** Files of nginx/options to enable. */
  options?: string[];
  /** Serves the files of an ACME client over plain HTTP. */
  acme?: boolean;
  /** Offers HTTP/2, unlike the configuration. */
  http2?: boolean;
  /** The chart's nginx.conf, and its site/http.conf, in which the Service of web has the first port, and its pods the second on their own addresses. */
  chart?: { main: string; http: string; resolver: string };
  /** Edits parts/tls.conf before nginx reads it, for configurations that must fail. */
  editTls?: (text: string) => string;
}

/** A real nginx with the configuration of nginx/, as on a bare machine, without privileges. */
export interface Nginx {
  edge: Edge;
  program: Program;
  /** The lines of the access log so far. */
  log(): string[];
  /** Installs the folder's certificate while nginx runs. */
  install(certificates: string): void;
  /** nginx's $tls_folder, and the name of the folder in it that is in use. */
  tlsFolder: string;
  /** Folder for the files of an ACME client. */
  acmeFolder: string;
  version(): string;
  stop(): Promise<void>;
}

type Replacement = readonly [from: string, to: string];

/** Throws if a replaced text does not exist. */
function replaced(text: string, values: readonly Replacement[]): string {
  return values.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`nginx's configuration has no ${from}`);
    return before.replaceAll(from, to);
  }, text);
}

/** The committed http.conf, or the chart's, with the test's values. */
function httpConf(options: NginxOptions, folder: string, httpsPort: number): string {
  const { webPorts, webHost = "127.0.0.1", rate = "100000r/s", chart } = options;
  const [first, second = first] = webPorts;
  const both: Replacement[] = [
    ["/run/tls", `${folder}/tls`],
    ["/dev/stdout", `${folder}/run/access.log`],
  ];
  if (chart !== undefined)
    return replaced(chart.http, [
      ["web.analyze.svc:8080", `${webHost}:${first}`],
      ["/run/edge", `${folder}/run`],
      ...both,
    ]);
  return replaced(readFileSync(join(sources, "site/http.conf"), "utf8"), [
    ["web-1:8080", `${webHost}:${first}`],
    ["web-2:8080", `${webHost}:${second}`],
    ["rate=50r/s", `rate=${rate}`],
    ["https://analyze.test:8443", `https://analyze.test:${httpsPort}`],
    ...both,
  ]);
}

/** What a pod's start command and the chart's option need. */
function writePods({ webPorts: [, port], chart }: NginxOptions, folder: string): void {
  if (chart === undefined) return;
  const file = join(folder, "conf/options/pods.conf");
  const values: Replacement[] = [
    ["/run/edge", `${folder}/run`],
    [":8080", `:${port}`],
  ];
  writeFileSync(file, replaced(readFileSync(file, "utf8"), values));
  writeFileSync(join(folder, "run/resolver.conf"), chart.resolver);
  writeFileSync(join(folder, "conf/nginx.conf"), replaced(chart.main, [["site/socket-", "site/listen-"]]));
}

function siteFiles(options: NginxOptions, folder: string, httpsPort: number, httpPort: number): Record<string, string> {
  return {
    "http.conf": httpConf(options, folder, httpsPort),
    "listen-https.conf": loopback
      .map((ip) => `listen ${ip}:${httpsPort} ssl${options.http2 === true ? " http2" : ""};`)
      .join("\n"),
    "listen-http.conf": loopback.map((ip) => `listen ${ip}:${httpPort};`).join("\n"),
  };
}

/** Starts nginx on free ports of the loopback addresses and waits until it listens. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "edge-"));
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  cpSync(sources, join(folder, "conf"), { recursive: true });
  for (const [name, content] of Object.entries(siteFiles(options, folder, httpsPort, httpPort)))
    writeFileSync(join(folder, "conf/site", name), content);
  const optional: [place: string, name: string][] = (options.options ?? []).map((name) => ["server.d", name]);
  if (options.acme === true) optional.push(["clear.d", "acme-challenge.conf"]);
  for (const [place, name] of optional) {
    mkdirSync(join(folder, "conf/site", place), { recursive: true });
    writeFileSync(
      join(folder, "conf/site", place, name),
      readFileSync(join(sources, "options", name), "utf8").replaceAll("/run/", `${folder}/`),
    );
  }
  const tlsConf = join(folder, "conf/parts/tls.conf");
  if (options.editTls) writeFileSync(tlsConf, options.editTls(readFileSync(tlsConf, "utf8")));
  for (const name of ["run", "acme"]) mkdirSync(join(folder, name));
  writePods(options, folder);
  const install = (certificates: string): void => {
    const owner = isRoot ? [String(nobody)] : [];
    execFileSync(join(sources, "install-certificate.sh"), [certificates, join(folder, "tls"), ...owner]);
  };
  install(options.certificates);
  if (isRoot) for (const path of [folder, join(folder, "run")]) chownSync(path, nobody, nobody);

  const args = ["-e", "stderr", "-p", join(folder, "run"), "-c", join(folder, "conf/nginx.conf")];
  const [command, ...before] = [...(options.launcher ?? []), "nginx"];
  const unprivileged = isRoot && !options.launcher ? { uid: nobody, gid: nobody } : {};
  const program = startProgram(command, [...before, ...args], unprivileged);
  await program.waitFor(/start worker process \d+[^]*start worker process \d+/);
  return {
    edge: {
      url: `https://analyze.test:${httpsPort}`,
      address: `127.0.0.1:${httpsPort}`,
      clearAddress: `127.0.0.1:${httpPort}`,
      ca: readFileSync(join(options.certificates, "ca.crt"), "utf8"),
    },
    program,
    install,
    tlsFolder: join(folder, "tls"),
    acmeFolder: join(folder, "acme"),
    version: () => readlinkSync(join(folder, "tls/current")),
    log: () => readFileSync(join(folder, "run/access.log"), "utf8").split("\n").slice(0, -1),
    stop: async () => {
      await program.stop("SIGQUIT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
