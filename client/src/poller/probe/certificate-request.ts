import { connect as connectTcp, isIP } from "node:net";
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import { lookupOptions, portOf, type Target } from "./target.ts";

const handshakeRecord = 22;
const certificateRequest = 13;
const serverHelloDone = 14;

/** The handshake bytes of a stream of TLS records (RFC 5246, 6.2.1), up to the first record of another type. */
function handshakeBytes(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 5 <= stream.length && stream[at] === handshakeRecord) {
    const end = at + 5 + stream.readUInt16BE(at + 3);
    parts.push(stream.subarray(at + 5, end));
    at = end;
  }
  return Buffer.concat(parts);
}

/** Types of the complete handshake messages (RFC 5246, 7.4). */
function messageTypes(bytes: Buffer): number[] {
  const types: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUIntBE(at + 1, 3)) types.push(bytes[at] ?? 0);
  return types;
}

/** A stream over the target's TCP connection that passes the received bytes to `look`. */
function tapped(target: Target, timeoutMs: number, look: (received: Buffer) => void): Duplex {
  const options = { host: target.url.hostname.replace(/^\[|\]$/g, ""), port: portOf(target), ...lookupOptions(target) };
  const tcp = connectTcp(options);
  const duplex = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => void tcp.write(chunk, done),
    destroy: (_error, done) => {
      tcp.destroy();
      done(null);
    },
  });
  let received = Buffer.alloc(0);
  tcp.setTimeout(timeoutMs, () => tcp.destroy());
  tcp.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    look(received);
    duplex.push(chunk);
  });
  tcp.on("error", () => duplex.destroy());
  tcp.on("close", () => duplex.push(null));
  return duplex;
}

/**
 * Whether the edge requests a client certificate. TLS 1.2 shows that without encryption, so this starts a handshake of
 * that version, reads the server's first messages, and closes the connection. False also where the edge speaks only TLS 1.3.
 */
export async function asksForCertificate(target: Target, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = tapped(target, timeoutMs, (received) => {
    const types = messageTypes(handshakeBytes(received));
    if (types.includes(certificateRequest)) resolve(true);
    else if (types.includes(serverHelloDone)) resolve(false);
  });
  const { hostname } = target.url;
  const name = isIP(hostname) === 0 ? { servername: hostname } : {};
  const tls = connect({ socket, ...name, maxVersion: "TLSv1.2" });
  tls.on("error", () => resolve(false));
  tls.on("close", () => resolve(false));
  const asks = await promise;
  tls.destroy();
  socket.destroy();
  return asks;
}
