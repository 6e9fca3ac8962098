import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { createServer as createTlsServer } from "node:tls";
import { createAuthority } from "@analyze/certs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  goodAnswer,
  host,
  loopback6,
  notingNames,
  openStage,
  overTls,
  type Behaviour,
  type Stage,
} from "../../../test/stage.ts";
import { asksForCertificate } from "./certificate-request.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

/** A TLS record of handshake messages of these types, each with as many bytes. */
function record(type: number, ...messages: [type: number, bytes: number][]): Buffer {
  const body = Buffer.concat(
    messages.map(([message, bytes]) =>
      Buffer.concat([Buffer.from([message, 0, bytes >> 8, bytes & 255]), Buffer.alloc(bytes)]),
    ),
  );
  return Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 255]), body]);
}

/** A server that answers the first message with these bytes, in pieces of this size, and then waits. */
function saying(bytes: Buffer, size = bytes.length): Behaviour {
  return (socket: Socket) =>
    void socket.once("data", () => {
      socket.setNoDelay(true);
      for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
    });
}

describe("whether an edge requests a client certificate", () => {
  it("is seen in a real handshake", async () => {
    const authority = await createAuthority({ hosts: [host] });
    const asking = { requestCert: true, rejectUnauthorized: true, ca: authority.certificate };
    stage.play(overTls(stage.leaf, goodAnswer, asking));
    expect(await asksForCertificate(stage.target, 600_000)).toBe(true);
    stage.play(overTls(stage.leaf, goodAnswer));
    expect(await asksForCertificate(stage.target, 600_000)).toBe(false);
  });

  it.each([
    ["a request among other messages", record(22, [2, 70], [13, 9], [14, 0]), true],
    ["a request in its second record", Buffer.concat([record(22, [2, 70], [11, 800]), record(22, [13, 9])]), true],
    ["no request before the end of its messages", record(22, [2, 70], [12, 13], [14, 0]), false],
    ["a request without a body at the end", record(22, [2, 70], [13, 0]), true],
    ["only the beginning of a second record", Buffer.concat([record(22, [2, 70]), Buffer.from([22, 3, 3])]), false],
    ["a request after a record of another type", Buffer.concat([record(21, [13, 0]), record(22, [13, 9])]), false],
  ])("with %s", async (_, bytes, asks) => {
    stage.play(saying(bytes));
    expect(await asksForCertificate(stage.target, 1500)).toBe(asks);
    stage.play(saying(bytes, 3));
    expect(await asksForCertificate(stage.target, 1500)).toBe(asks);
  });

  it("is requested with the host name of the URL, and without one if the URL has an IP address", async () => {
    const { names, options } = notingNames();
    stage.play(overTls(stage.leaf, goodAnswer, options));
    const url = new URL(stage.target.url);
    url.hostname = "127.0.0.1";
    expect(await asksForCertificate({ ...stage.target, url, address: undefined }, 15_000)).toBe(false);
    expect(names).toEqual([]);
    expect(await asksForCertificate(stage.target, 15_000)).toBe(false);
    expect(names).toEqual([host]);
  });

  it.each([
    [true, record(22, [2, 70], [13, 9])],
    [false, record(22, [2, 70], [14, 0])],
  ])("is known as %s without waiting for the end of the connection, which is closed", async (asks, bytes) => {
    const closed = Promise.withResolvers<void>();
    stage.play((socket) => {
      socket.on("close", () => closed.resolve());
      saying(bytes)(socket);
    });
    expect(await asksForCertificate(stage.target, 600_000)).toBe(asks);
    await closed.promise;
  });

  it.each([
    ["stays silent", (): void => undefined],
    ["closes", (socket: Socket): void => void socket.end()],
    ["does not speak TLS", saying(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))],
  ])("is unknown for one that %s", async (_, behaviour) => {
    stage.play(behaviour);
    expect(await asksForCertificate(stage.target, 300)).toBe(false);
  });

  it.each(loopback6)("is seen at an address in brackets: [%s]", async (ip) => {
    const { certificate: cert, key } = stage.leaf;
    const server = createTlsServer({ cert, key, ca: cert, requestCert: true }).listen(0, ip);
    server.on("tlsClientError", () => undefined);
    await once(server, "listening");
    const address = server.address();
    const url = new URL(`https://[${ip}]:${typeof address === "object" ? address?.port : ""}/`);
    const asks = await asksForCertificate({ ...stage.target, url, address: undefined }, 15_000);
    server.close();
    expect(asks).toBe(true);
  });

  it("is unknown for a port that refuses", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    server.close();
    await once(server, "close");
    expect(await asksForCertificate({ ...stage.target, address: { ip: "127.0.0.1", family: 4, port } }, 1000)).toBe(
      false,
    );
  });
});
