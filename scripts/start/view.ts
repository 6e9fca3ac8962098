import { dateOf } from "@analyze/certs";
import { stripVTControlCharacters } from "node:util";
import type { StartConfig } from "./config.ts";
import type { Part } from "./part.ts";
import type { Trust } from "./trust.ts";

/** Where something is shown. */
export interface Screen {
  write(text: string): unknown;
}

/** What runs where, and what a person may type next. */
export function greeting(
  { ports, logFile }: StartConfig,
  { host, ca, until }: Trust,
  { web, worker }: Record<"web" | "worker", Part>,
): string {
  const address = `${host}:${ports.START_PORT}`;
  return `
  client  ──HTTPS──►  web  ──HTTP──►  worker

  client   writes ${logFile}
  web      https://${address} (127.0.0.1), pid ${web.pid}, messages in ${web.log}
  worker   http://127.0.0.1:${ports.START_WORKER_PORT}, pid ${worker.pid}, messages in ${worker.log}
  TLS      certificate valid until ${until && dateOf(until)}; renewed in its last 30 days while this runs

  curl --cacert ${ca} --resolve ${address}:127.0.0.1 https://${address}/
  npm run analyze -- doctor      is all well, place by place; also once, report, tail, export

Ctrl-C ends all three. The client's lines, as they come:

`;
}

export const farewell = "Stopping: client, web and worker drain. Ctrl-C again ends them at once.\n";

/** What is told of a part that ended by itself: how, and its last words. */
export function obituary({ part, how }: { part: Part; how: string }): string {
  const end = `${part.name} ${how}, so the rest is ended too.`;
  if (part.shown) return `${end} Its messages are above, and in ${part.log}\n`;
  const words = part.lastLines().map((line) => `  ${stripVTControlCharacters(line)}`);
  return [`${end} Its last lines, from ${part.log}:`, ...words, ""].join("\n");
}
