import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, it } from "vitest";
import { listen } from "../load/backend.ts";
import { hostileTable } from "./table.ts";
import { runHostileTable } from "./run.ts";

const servers: ReturnType<typeof createServer>[] = [];

/** The faults that the table finds in a server that echoes the request ID and sends this answer. */
async function faultsOf(answer: RequestListener): Promise<Record<string, readonly string[]>> {
  const server = createServer({ connectionsCheckingInterval: 200, headersTimeout: 1000, requestTimeout: 2000 });
  server.on("request", (request, response) => {
    response.setHeader("x-request-id", String(request.headers["x-request-id"]));
    request.resume().on("end", () => answer(request, response));
  });
  servers.push(server);
  const port = await listen(server);
  const faults = await runHostileTable({ name: "web", host: "127.0.0.1", port });
  return Object.fromEntries(faults.map((fault) => [fault.id, fault.faults]));
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await once(server.close(), "close");
  }
});

it("the table has at least sixty rows, each with a unique ID that is valid as a request ID", () => {
  const ids = hostileTable.map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9-]{1,40}$/.test(id))).toEqual([]);
});

it("detects a server that answers everything alike, except for what Node's parser rejects", async () => {
  const faults = await faultsOf((_request, response) => response.end("{}"));
  expect(faults["json-cut-short"]).toEqual(["answered 200, not 400"]);
  expect(faults["type-text"]).toEqual(["answered 200, not 415"]);
  expect(faults["host-empty"]).toEqual(["answered 200, not 400"]);
  expect(faults["id-markup"]?.join()).toMatch(/x-request-id: <script>/);
  expect(Object.keys(faults)).not.toContain("length-and-chunked");
});

it("detects a server that repeats the input and shows a stack", async () => {
  const faults = await faultsOf((request, response) => {
    response.writeHead(404).end(`${request.url} ${new SyntaxError("Unexpected token").stack}`);
  });
  expect(faults["unknown-route"]?.join()).toMatch(/repeats the input.*tells of its insides/);
});
