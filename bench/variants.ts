import { fileURLToPath } from "node:url";
import { omissions } from "./compositions/parts.ts";
import type { Hop } from "./processes.ts";

/** A measured variant: how to start both hops. */
export interface Variant {
  readonly name: string;
  /** Fraction of the requests that is enough for it: Python needs no warm-up, and is slow. */
  readonly share: number;
  readonly web: Hop;
  readonly worker: Hop;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const onNode = (path: string, env: Record<string, string> = {}): Hop => ({
  command: process.execPath,
  args: () => [here(path)],
  env,
});

const twice = (name: string, hop: Hop): Variant => ({ name, share: 1, web: hop, worker: hop });

/** The reference of the ratios. */
export const bare = "node:http + undici, nothing else";

/** The shipped bundles of `npm run build`. */
export const ours: Variant = {
  name: "**ours**, as shipped, everything on",
  share: 1,
  web: onNode("../dist/web/main.mjs"),
  worker: onNode("../dist/worker/main.mjs"),
};

/** The shipped bundles, which send this share of their traces to this OTLP endpoint. */
export function traced(endpoint: string, share: number): Variant {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(share),
  };
  return {
    name: `traced: ${share * 100} % sampled`,
    share: 1,
    web: onNode("../dist/web/main.mjs", env),
    worker: onNode("../dist/worker/main.mjs", env),
  };
}

export const peers: readonly Variant[] = [
  ours,
  twice(bare, onNode("peers/node-http.ts")),
  twice("node:http + http.Agent, nothing else", onNode("peers/node-http.ts", { CLIENT: "agent" })),
  twice("Fastify + undici, equipped as ours is", onNode("peers/fastify.ts")),
  twice("Fastify + undici, nothing else", onNode("peers/fastify.ts", { EQUIPPED: "no" })),
  twice("Express + undici, nothing else", onNode("peers/express.ts")),
];

/** Ours composed by hand, with all parts. */
export const whole = "with everything";

/** Ours with all parts, and without one part each. */
export const compositions: readonly Variant[] = [
  twice(whole, onNode("compositions/main.ts")),
  ...omissions.map((omission) => twice(`without ${omission}`, onNode("compositions/main.ts", { WITHOUT: omission }))),
];

/** Flask as it is deployed: gunicorn, two processes of sixteen threads for each hop. `python`: the venv's bin folder. */
export function flask(python: string): Variant {
  const hop = (app: string): Hop => ({
    command: `${python}/gunicorn`,
    args: (port) => ["--workers=2", "--threads=16", "--log-level=error", `--bind=127.0.0.1:${port}`, `${app}:app`],
    cwd: here("peers/flask"),
  });
  return { name: "Flask + requests, gunicorn", share: 0.1, web: hop("web"), worker: hop("worker") };
}
