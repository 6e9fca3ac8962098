import { goodAnswer, overTls, type Behaviour } from "../stage.ts";
import type { Fault } from "./fault.ts";

const names: Fault[] = [
  {
    name: "a name without a DNS record",
    strike: () => ({ url: new URL("https://analyze.invalid/analyze"), address: undefined }),
    hop: "dns",
    err: /^(ENOTFOUND|EAI_AGAIN)$/,
    hint: /getent ahosts analyze\.invalid/,
  },
  {
    name: "a port that refuses",
    strike: (stage) => stage.shut(),
    hop: "tcp",
    err: /^ECONNREFUSED$/,
    hint: /nothing listens on this port: kubectl/,
    line: { addr: "127.0.0.1" },
  },
];

/** A server that answers the client's first message with one fatal alert (RFC 8446, 6). */
function alerting(description: number): Behaviour {
  return (socket) =>
    void socket.once("data", () => socket.end(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, description])));
}

const handshakes: Fault[] = [
  {
    name: "a port that accepts and stays silent",
    strike: (stage) => stage.play(() => undefined),
    hop: "tls",
    err: /^TIMEOUT$/,
    hint: /no handshake.*openssl s_client -connect 127\.0\.0\.1:\d+ -servername analyze\.test/,
    silent: true,
  },
  {
    name: "a port that speaks plain HTTP",
    strike: (stage) =>
      stage.play((socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))),
    hop: "tls",
    err: /WRONG_VERSION|PACKET_LENGTH/,
    hint: /does not speak TLS/,
  },
  {
    name: "a connection cut in the handshake",
    strike: (stage) => stage.play((socket) => void socket.once("data", () => socket.resetAndDestroy())),
    hop: "tls",
    err: /^ECONNRESET$/,
    hint: /no handshake/,
  },
  {
    name: "an edge that speaks only TLS 1.1",
    strike: (stage) => {
      const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
      stage.play(overTls(stage.leaf, goodAnswer, old));
    },
    hop: "tls",
    err: /PROTOCOL/,
    hint: /versions older than TLS 1\.2/,
  },
  {
    name: "an edge that offers only HTTP/2",
    strike: (stage) => stage.play(overTls(stage.leaf, goodAnswer, { ALPNProtocols: ["h2"] })),
    hop: "tls",
    err: /NO_APPLICATION_PROTOCOL$/,
    hint: /does not offer HTTP\/1\.1/,
  },
  {
    name: "an edge without a cipher in common",
    strike: (stage) =>
      stage.play(overTls(stage.leaf, goodAnswer, { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-CCM8" })),
    hop: "tls",
    err: /HANDSHAKE_FAILURE$/,
    hint: /handshake_failure\): no common cipher/,
  },
  {
    name: "an edge that fails in the handshake",
    strike: (stage) => stage.play(alerting(80)),
    hop: "tls",
    err: /ALERT_INTERNAL_ERROR$/,
    hint: /failed in the handshake \(internal_error\)/,
  },
  {
    name: "an alert without a hint of its own",
    strike: (stage) => stage.play(alerting(71)),
    hop: "tls",
    err: /ALERT_INSUFFICIENT_SECURITY$/,
    hint: /refused the handshake \(insufficient_security\)/,
  },
  {
    name: "an edge that has no server for the name",
    strike: (stage) => stage.play(alerting(112)),
    hop: "edge",
    err: /UNRECOGNIZED_NAME$/,
    hint: /no server for analyze\.test: kubectl get ingress -A/,
  },
];

/** Faults before any certificate. */
export const connectionFaults: Fault[] = [...names, ...handshakes];
