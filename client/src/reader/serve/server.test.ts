import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { begin, failLine, minute, okLine } from "../../../test/log-lines.ts";
import { Board } from "./board.ts";
import { createPageServer } from "./server.ts";

let folder = "";
let log = "";
let server: Server;

async function listen(addresses = false): Promise<void> {
  const board = new Board([{ name: "", path: log }], async ([ending]) => `page of ${ending?.lines.length} lines`);
  server = createPageServer(board, { names: ["localhost", "127.0.0.1", "[::1]"], addresses });
  await once(server.listen(0, "127.0.0.1"), "listening");
}

async function ask(path: string, method = "GET", host = "localhost:1"): Promise<IncomingMessage> {
  const bound = server.address();
  const port = typeof bound === "object" ? bound?.port : undefined;
  const asked = request({ host: "127.0.0.1", port, path, method, headers: { host }, agent: false }).end();
  const [answer]: IncomingMessage[] = await once(asked, "response");
  if (!answer) throw new Error("there was no answer");
  return answer;
}

function connectionsOf(of: Server): Promise<number> {
  return promisify(of.getConnections.bind(of))();
}

/** Undefined where the server closed the connection. */
function statusOfPage(): Promise<number | undefined> {
  return ask("/").then(
    (answer) => answer.resume().statusCode,
    () => undefined,
  );
}

/** The text of a stream of news until it matches. */
async function until(answer: IncomingMessage, pattern: RegExp): Promise<string> {
  let came = "";
  for await (const chunk of answer) {
    came += String(chunk);
    if (pattern.test(came)) return came;
  }
  throw new Error(`the stream ended after: ${came}`);
}

/** The news after the first page: from then on the server follows the log. */
async function listenToNews(): Promise<IncomingMessage> {
  await listen();
  const first = await ask("/events");
  const news = (await ask("/events")).setEncoding("utf8");
  expect(news.headers["content-type"]).toBe("text/event-stream");
  await until(first.setEncoding("utf8"), /event: page/);
  return news;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "analyze-serve-"));
  log = join(folder, "analyze.log");
  await writeFile(log, okLine(begin));
});
afterEach(async () => {
  server.closeAllConnections();
  await once(server.close(), "close");
  await rm(folder, { recursive: true });
});

describe("the server of the live page", () => {
  it("answers with the page, and a policy that allows only its own origin", async () => {
    await listen();
    const answer = await ask("/");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    });
    const policy = answer.headers["content-security-policy"];
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; .*script-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(policy).toMatch(/; frame-ancestors 'none'$/);
    expect(policy).not.toMatch(/(?:style|script)-src 'unsafe-inline'/);
    expect(await text(answer)).toBe("page of 1 lines");
  });

  it.each([
    ["POST", "/", 405],
    ["DELETE", "/", 405],
    ["POST", "/events", 405],
    ["GET", "/analyze.log", 404],
    ["GET", "/../analyze.log", 404],
    ["HEAD", "/", 200],
    ["HEAD", "/events", 200],
  ])("%s %s: %i", async (method, path, status) => {
    await listen();
    const answer = await ask(path, method);
    expect(answer.statusCode).toBe(status);
    answer.resume();
  });

  it.each([
    ["localhost:8444", 200],
    ["127.0.0.1:8444", 200],
    ["[::1]:8444", 200],
    ["LOCALHOST", 200],
    ["rebound.example:8444", 421],
    ["localhost.example", 421],
  ])("a request for the host %j: %i, which prevents DNS rebinding", async (host, status) => {
    await listen();
    const answer = await ask("/", "GET", host);
    expect(answer.statusCode).toBe(status);
    answer.resume();
  });

  it.each([
    ["localhost", 200],
    ["192.0.2.7:8444", 200],
    ["[2001:db8::7]:8444", 200],
    ["rebound.example:8444", 421],
    ["192.0.2.7.example", 421],
  ])("on every address, a request for the host %j: %i", async (host, status) => {
    await listen(true);
    const answer = await ask("/", "GET", host);
    expect([answer.statusCode, await text(answer)]).toEqual([
      status,
      expect.stringMatching(status === 200 ? "page of" : /answers to localhost, .*; --name adds a name/),
    ]);
  });

  it("answers although connections that send no request hold every place, as soon as these are closed", async () => {
    await listen();
    const bound = server.address();
    const port = typeof bound === "object" && bound ? bound.port : 0;
    const slow = Array.from({ length: server.maxConnections }, (_, index) => {
      const socket = connect(port, "127.0.0.1", () => void socket.write(index % 2 === 0 ? "" : "GET / HTTP/1.1\r\n"));
      return socket.on("error", () => undefined);
    });
    await expect.poll(async () => connectionsOf(server), { timeout: 30_000 }).toBe(server.maxConnections);
    await expect.poll(statusOfPage, { timeout: 60_000, interval: 500 }).toBe(200);
    for (const socket of slow) socket.destroy();
  }, 90_000);

  it("sends each new line, escaped, and then that there is a newer page", async () => {
    const news = await listenToNews();
    await appendFile(log, failLine(begin + minute, "tls", "\u001B[31m"));
    const came = await until(news, /event: lines[^]*event: page/);
    const [, data = ""] = /event: lines\ndata: (.*)\n/.exec(came) ?? [];
    expect(JSON.parse(data)).toEqual({
      log: 0,
      lines: [{ kind: "FAIL", text: expect.stringMatching(/^2026-11-20T22:01:00Z FAIL +tls /) }],
    });
    expect(data).not.toContain("\u001B");
  });

  it("stays up while the log's folder is missing, and continues with the lines of a new one", async () => {
    const news = await listenToNews();
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(log, okLine(begin + minute));
    expect(await until(news, /event: lines/)).toContain("2026-11-20T22:01:00Z ok");
  });

  it("renders once for many concurrent readers", async () => {
    await listen();
    let draws = 0;
    const board = new Board([{ name: "", path: log }], async () => `page ${++draws}`);
    const pages = Array.from({ length: 20 }, async () => board.page());
    expect(new Set(await Promise.all(pages))).toEqual(new Set(["page 1"]));
  });

  it("limits the readers of news, and accepts one again when another leaves", async () => {
    await listen();
    const readers = await Promise.all(Array.from({ length: 50 }, async () => ask("/events")));
    const refused = await ask("/events");
    expect(refused.statusCode).toBe(503);
    expect(await text(refused)).toBe("Too many readers.\n");
    readers[0]?.destroy();
    await expect.poll(async () => (await ask("/events")).statusCode, { timeout: 10_000 }).toBe(200);
  });
});
