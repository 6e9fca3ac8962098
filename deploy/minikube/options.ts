import { accessSync, constants } from "node:fs";
import { parseArgs } from "node:util";
import { errorCode, UserError } from "@analyze/common/errors";
import { stages } from "../manifests/manifests.ts";

const edges = ["ingress", "nginx", "gateway"] as const;
const actions = ["deploy", "undeploy", "renew"] as const;

/** The options of the command line. */
export interface Options {
  action: (typeof actions)[number];
  edge: (typeof edges)[number];
  /** Another edge that stays in addition. */
  keep: (typeof edges)[number] | undefined;
  /** The stage, with the chart's values in ingress/values.STAGE.yaml. */
  stage: (typeof stages)[number];
  host: string;
  namespace: string;
  /** Folder of certificates. */
  certificates: string;
  /** `ip` or `ip:port` of the edge; undefined: searched for. */
  address: string | undefined;
  /** Do not ask for confirmation, also on a cluster that is neither minikube nor kind. */
  yes: boolean;
  patchController: boolean;
  /** Renew only what is in its last 30 days. */
  due: boolean;
  /** The edge requires a certificate of every client. */
  mtls: boolean;
  /** File with a line `NAME SHA256` for each token that may use tasks; undefined: what the stage's values say. */
  tokens: string | undefined;
  /** Also publish web on a port of each node, bypassing the edge. */
  nodePort: boolean;
  /** How long pods may take to become ready, as helm writes it. */
  timeout: string;
  /** Passed to helm: values files and `key=value`. */
  values: string[];
  set: string[];
  /** Record of pushed images, which the cluster pulls by their digests; undefined: images are built here and loaded. */
  images: string | undefined;
  /** Command that loads images into the nodes, for clusters other than minikube and kind. */
  imageLoader: string[] | undefined;
}

/** The options of the command line: without `--edge`, the installation or the cluster decides. */
export interface GivenOptions extends Omit<Options, "edge"> {
  edge: Options["edge"] | undefined;
}

/** The edge's kind in the chart. Throws a UserError if this command does not support it. */
export function edgeFrom(kind: string | undefined): Options["edge"] {
  return oneOf(edges, kind, "the edge");
}

const usage = `usage: npm run deploy:minikube -- [options]      (also undeploy:minikube, tls:renew)
  --edge <kind>            who ends TLS: ingress (the cluster's controller), gateway (a Gateway API implementation) or nginx (one
                           of our own). Default: what is installed, else the first of these three that the cluster has
  --keep <kind>            also keeps this edge, which clients still use: --edge nginx --keep ingress
  --stage <name>           dev or prod: the values of ingress/values.<name>.yaml (default: dev)
  --host <name>            hostname (default: analyze.test)
  --namespace <name>       (default: analyze)
  --certificates <folder>  (default: certs/issued)
  --address <ip[:port]>    where the edge is reached from here (default: searched for)
  --images <file>          deploy what \`npm run images -- --push\` has written to this file (dist/images.json), by digest: nothing is built
  --values <file>          more values for the chart, repeatable
  --set <key=value>        one value for the chart, repeatable
  --mtls                   the edge demands a certificate, issued by a second CA, of every client
  --tokens <file>          tasks need a token: a line NAME SHA256 for each (docs/queue.md). Stage prod needs this or --mtls
  --node-port              publish web on a port of each node too: without TLS, past the edge. Prints the URL
  --due                    tls:renew: only in the certificate's last 30 days; for a timer
  --timeout <duration>     how long pods may take to become ready (default: 240s)
  --patch-controller       correct what the preflight finds at the ingress controller; undeploy restores it
  --yes                    do not ask
IMAGE_LOADER names a command that loads images where neither minikube nor kind is, e.g. IMAGE_LOADER="k3s ctr images import"`;

function oneOf<T extends string>(all: readonly T[], value: string | undefined, name: string): T {
  const found = all.find((one) => one === value);
  if (found === undefined) throw new UserError(`${name} is "${value ?? ""}": it must be one of ${all.join(", ")}`);
  return found;
}

/** As the API server wants the name of a namespace. */
function namespaceFrom(value: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new UserError(`--namespace is "${value}": it must have 1 to 63 of a-z, 0-9 and -, and no - at its ends`);
}

/** As the chart wants `edge.host`. */
function hostFrom(value: string): string {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  const isName = value.length < 254 && new RegExp(`^${label}(\\.${label})*$`).test(value);
  if (isName && !/(^|\.)([0-9]+|0x[0-9a-f]*)$/.test(value)) return value;
  throw new UserError(`--host is "${value}": it must be a DNS name in lower case, such as analyze.example.org`);
}

/** As helm wants a duration. */
function durationFrom(value: string): string {
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(value)) return value;
  throw new UserError(`--timeout is "${value}": it must be a duration with its unit, such as 240s or 5m`);
}

/** Files that helm would miss only after other changes. */
function readableFiles(paths: readonly string[]): string[] {
  for (const path of paths) {
    try {
      accessSync(path, constants.R_OK);
    } catch (cause) {
      throw new UserError(`--values: ${path} cannot be read (${errorCode(cause) ?? "unknown error"})`, { cause });
    }
  }
  return [...paths];
}

/** The values may be secret: none is quoted. */
function pairs(all: readonly string[]): string[] {
  const at = all.findIndex((pair) => !/^[^=]+=/.test(pair));
  if (at === -1) return [...all];
  throw new UserError(`--set number ${at + 1} has no "=": type --set KEY=VALUE`);
}

/** Reads the options from command line and environment. Throws a UserError that quotes the fault. */
export function readOptions(args: readonly string[], env: Record<string, string | undefined>): GivenOptions {
  const { values, positionals } = parse(args);
  if (values.help) throw new UserError(usage, { exitCode: 0 });
  const [action, ...others] = positionals;
  refusePositionals(others);
  const loader = env["IMAGE_LOADER"]?.trim();
  return {
    action: oneOf(actions, action, "the action"),
    edge: values.edge === undefined ? undefined : oneOf(edges, values.edge, "--edge"),
    keep: values.keep === undefined ? undefined : oneOf(edges, values.keep, "--keep"),
    stage: oneOf(stages, values.stage, "--stage"),
    host: hostFrom(values.host),
    namespace: namespaceFrom(values.namespace),
    certificates: values.certificates,
    address: values.address,
    yes: values.yes,
    patchController: values["patch-controller"],
    mtls: values.mtls,
    tokens: values.tokens,
    nodePort: values["node-port"],
    due: values.due,
    timeout: durationFrom(values.timeout),
    values: readableFiles(values.values),
    set: pairs(values.set),
    images: values.images,
    imageLoader: loader ? loader.split(/\s+/) : undefined,
  };
}

function refusePositionals(words: readonly string[]): void {
  const [word] = words;
  if (word === undefined) return;
  const edge = edges.find((one) => one === word);
  const advice = edge === undefined ? usage : `To choose the edge, type: npm run deploy:minikube -- --edge ${edge}`;
  throw new UserError(`Unexpected argument: ${JSON.stringify(word)}.\n${advice}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        edge: { type: "string" },
        keep: { type: "string" },
        stage: { type: "string", default: "dev" },
        host: { type: "string", default: "analyze.test" },
        namespace: { type: "string", default: "analyze" },
        certificates: { type: "string", default: "certs/issued" },
        address: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
        yes: { type: "boolean", default: false },
        mtls: { type: "boolean", default: false },
        tokens: { type: "string" },
        "node-port": { type: "boolean", default: false },
        due: { type: "boolean", default: false },
        "patch-controller": { type: "boolean", default: false },
        timeout: { type: "string", default: "240s" },
        images: { type: "string" },
        values: { type: "string", multiple: true, default: [] },
        set: { type: "string", multiple: true, default: [] },
      },
    });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}
