import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "undici";
import { finish, readRole, work } from "./role.ts";

/** Two hops on node:http and nothing else: no validation, no ids, no limits, no log, no metrics. */
const { hop, port, workerUrl } = readRole();
const client = process.env["CLIENT"] ?? "undici";

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function collect(message: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  message.on("data", (chunk: Buffer) => chunks.push(chunk));
  message.on("end", () => resolve(Buffer.concat(chunks).toString()));
  message.on("error", reject);
  return promise;
}

function viaUndici(): (body: string) => Promise<string> {
  const pool = new Pool(workerUrl, { connections: 128, pipelining: 1 });
  const headers = { "content-type": "application/json" };
  return async (body) => (await pool.request({ path: "/process", method: "POST", headers, body })).body.text();
}

function viaAgent(): (body: string) => Promise<string> {
  const agent = new Agent({ keepAlive: true });
  const url = new URL("/process", workerUrl);
  return async (body) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    httpRequest(url, { method: "POST", agent, headers }, resolve).on("error", reject).end(body);
    return textOf(await promise);
  };
}

const ask = client === "agent" ? viaAgent() : viaUndici();

async function answer(body: string): Promise<unknown> {
  const { text } = JSON.parse(body);
  return hop === "worker" ? work(text) : finish(JSON.parse(await ask(JSON.stringify({ text }))));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = JSON.stringify(await answer(await collect(request)));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(reply) });
  response.end(reply);
}

createServer((request, response) => void handle(request, response)).listen(port, "127.0.0.1");
