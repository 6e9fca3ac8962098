import { dateOf } from "@analyze/certs";
import { stripVTControlCharacters } from "node:util";
import type { StartConfig } from "./config.ts";
import type { End } from "./fleet.ts";
import type { Part } from "./part.ts";
import type { Store } from "./stores.ts";
import type { Trust } from "./certificates.ts";

/** What runs where, and the commands to try next. */
export function greeting(
  { ports, logFile }: StartConfig,
  { host, ca, until }: Trust,
  { web, worker }: Record<"web" | "worker", Part>,
  { tasks, documents }: Record<"tasks" | "documents", Pick<Store, "line">>,
): string {
  const address = `${host}:${ports.START_PORT}`;
  return `
  client  ──HTTPS──►  web  ──HTTP──►  worker

  client   writes ${logFile}
  page     http://127.0.0.1:${ports.START_PAGE_PORT} shows it live: state, outages, latency, last lines
  web      https://${address} (127.0.0.1), pid ${web.pid}, messages in ${web.log}
  worker   http://127.0.0.1:${ports.START_WORKER_PORT}, pid ${worker.pid}, messages in ${worker.log}
  tasks    ${tasks.line}
  data     ${documents.line}
  TLS      certificate valid until ${until && dateOf(until)}; renewed in its last 30 days while this runs

  curl --cacert ${ca} --resolve ${address}:127.0.0.1 https://${address}/
  npm run analyze -- doctor      checks each hop; also once, report, tail, export, serve

Ctrl-C ends all. The lines of the client:

`;
}

export const farewell = "Stopping: client, web and worker drain. Ctrl-C again ends them at once.\n";

/** Describes a part that ended by itself: how, and its last lines. */
export function obituary(end: End): string {
  return withLastLines(end, ", so the rest is ended too.");
}

/** Describes a part that did not drain, such as a client that could not write its last lines. */
export function notDrained(end: End): string {
  return withLastLines(end, " and did not drain.");
}

function withLastLines({ part, how }: End, rest: string): string {
  const end = `${part.name} ${how}${rest}`;
  if (part.shown) return `${end} Its messages are above, and in ${part.log}\n`;
  const words = part.lastLines().map((line) => `  ${stripVTControlCharacters(line)}`);
  return [`${end} Its last lines, from ${part.log}:`, ...words, ""].join("\n");
}
