import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, expect, it } from "vitest";
import { issueAll, pathsOf } from "../../certs/src/index.ts";
import { limits } from "../../server/src/contract/limits.ts";
import { startBackend, type Backend } from "../load/backend.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { ask, type Question } from "./ask.ts";
import { issue } from "./certificates.ts";
import { startNginx, type Nginx, type NginxOptions } from "./nginx.ts";
import { shakeHands } from "./tls.ts";

const post = { path: "/analyze", body: '{"text":"a"}' };
let web: Backend;
let nginx: Nginx;

async function start(options: Omit<NginxOptions, "webPorts">): Promise<Nginx["edge"]> {
  web = await startBackend();
  nginx = await startNginx({ webPorts: [web.port], ...options });
  return nginx.edge;
}

function credential(dir: string): { cert: string; key: string } {
  const paths = pathsOf(dir, "client");
  return { cert: readFileSync(paths.certificate, "utf8"), key: readFileSync(paths.key, "utf8") };
}

/** Resolves when the other side has ended the connection, also by a reset. */
async function ended(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
}

describeWith(["nginx"], "options of nginx/, in front of a backend that records its requests", () => {
  afterEach(async () => {
    await nginx.stop();
    await web.close();
  });

  it("callers without a certificate, or with one of another CA, are rejected if it is required", async () => {
    const [ours, strangers] = [await issue(true), await issue(true)];
    const edge = await start({ certificates: ours.dir, options: ["client-certificates.conf"] });
    for (const more of [{}, { clientCertificate: credential(strangers.dir) }]) {
      const { status, headers, body } = await ask(edge, { ...post, ...more });
      expect([status, headers["strict-transport-security"]]).toEqual([400, "max-age=63072000"]);
      expect(JSON.parse(body)).toMatchObject({ status: 400, requestId: headers["x-request-id"] });
    }
    expect(web.effects).toEqual([]);
    expect(await ask(edge, { ...post, clientCertificate: credential(ours.dir) })).toMatchObject({ status: 200 });
  });

  it("a caller without ECDSA gets the RSA certificate, the others the ECDSA certificate", async () => {
    const { dir } = await issue();
    const both = mkdtempSync(join(tmpdir(), "both-"));
    cpSync(dir, both, { recursive: true });
    await issueAll({ dir, keyKind: "rsa4096", renew: true });
    for (const kind of ["crt", "key"]) cpSync(join(dir, `tls.${kind}`), join(both, `rsa.${kind}`));
    const edge = await start({ certificates: both, options: ["rsa-certificate.conf"] });
    const old = { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" } as const;
    for (const [offer, type] of [
      [old, "rsa"],
      [{}, "ec"],
    ] as const) {
      const handshake = await shakeHands(edge, offer);
      expect("certificate" in handshake && handshake.certificate.publicKey.asymmetricKeyType).toBe(type);
    }
  });

  it("a caller above the rate gets 429 with Retry-After, and its request is not processed", async () => {
    const edge = await start({ certificates: (await issue()).dir, rate: "1r/s" });
    const target = { url: `${edge.url}/analyze`, address: edge.address, ca: edge.ca };
    const load = startLoad({ ...target, durationMs: 60_000, keepAlive: 2, fresh: 2 });
    await load.next(({ status }) => status === 429);
    const { headers, body } = await ask(edge, post);
    const { byStatus } = await load.stop();
    expect(web.effects).toHaveLength(byStatus["200"] ?? 0);
    expect([headers["retry-after"], headers["content-type"]]).toEqual(["1", "application/problem+json"]);
    expect(JSON.parse(body)).toMatchObject({ type: "urn:analyze:problem:too-many-requests", status: 429 });
  });

  it("a caller's forwarding headers are replaced by what the edge knows", async () => {
    const edge = await start({ certificates: (await issue()).dir });
    const headers = {
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "other.test",
      "x-forwarded-proto": "http",
      "x-forwarded-port": "1",
      "x-real-ip": "192.0.2.1",
      forwarded: "for=192.0.2.1",
      "x-request-id": "not a word",
    };
    await ask(edge, { ...post, headers });
    const [seen] = web.seen;
    expect(seen?.headers).toMatchObject({
      host: "analyze.test",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "analyze.test",
      "x-forwarded-proto": "https",
      "x-real-ip": "127.0.0.1",
      "x-request-id": expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(seen?.headers.forwarded).toBeUndefined();
  });

  it("requests that the edge rejects never reach web", async () => {
    const edge = await start({ certificates: (await issue()).dir });
    const refused: [Question, number][] = [
      [{ path: "/process", body: "{}" }, 404],
      [{ path: "/metrics" }, 404],
      [{ path: "//%6detrics/" }, 404],
      [{ path: "/analyze", body: "a".repeat(limits.bodyBytes + 1) }, 413],
      [{ method: "TRACE" }, 405],
      [{ headers: { host: "other.test" } }, 421],
      [{ headers: { "x-long": "a".repeat(20_000) } }, 431],
      [{ path: `/${"a".repeat(9_000)}` }, 414],
      [{ path: "/%00" }, 400],
    ];
    for (const [question, status] of refused) expect(await ask(edge, question)).toMatchObject({ status });
    expect(web.seen).toEqual([]);
  });

  it("a request that web does not answer within 5 s gets 504", async () => {
    web = await startBackend(() => "silence");
    nginx = await startNginx({ webPorts: [web.port], certificates: (await issue()).dir });
    const { status, headers, body } = await ask(nginx.edge, { ...post, path: "/data" });
    expect([status, headers["x-served-by"], web.effects.length]).toEqual([504, undefined, 1]);
    expect(JSON.parse(body)).toMatchObject({ type: "urn:analyze:problem:deadline-exceeded" });
  });

  it("closes incomplete requests after 10 s, and does not pass them to web", async () => {
    const edge = await start({ certificates: (await issue()).dir });
    const [host = "", port] = edge.address.split(":");
    const inTls = { ca: edge.ca, servername: "analyze.test" };
    const openings = [
      undefined,
      "",
      "POST /analyze HTTP/1.1\r\nHost: analyze.test\r\nX-Slow: ",
      "POST /analyze HTTP/1.1\r\nHost: analyze.test\r\nContent-Length: 99\r\n\r\n{",
    ];
    const began = performance.now();
    const lives = openings.map(async (opening) => {
      const to = { host, port: Number(port) };
      const socket = opening === undefined ? connect(to) : connectTls({ ...to, ...inTls });
      socket.resume().write(opening ?? "");
      await ended(socket);
      return performance.now() - began;
    });
    expect(Math.max(...(await Promise.all(lives)))).toBeLessThan(13_000);
    expect(web.effects).toEqual([]);
  });
});
