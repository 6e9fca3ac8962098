import { TLSSocket } from "node:tls";
import { buildConnector } from "undici";
import { certificateOf, type Certificate } from "./certificate.ts";
import { connectionOptions, knownAddress, portOf, type Target } from "./target.ts";

/** The outcome of one connection. Timestamps are `performance.now()`; a missing one was not reached. */
export interface Trace {
  started: number;
  resolved?: number;
  connected?: number;
  secured?: number;
  /** Address that answered, or the last one tried. */
  address?: string;
  certificate?: Certificate;
  /** An alert that the socket reported; undici reports only that the other side closed. */
  alert?: Error;
}

/** The time for an attempt is over. */
export class TimeUp extends Error {
  override name = "TimeoutError";
}

/** A trace of a connection that starts now. */
export function newTrace(target: Target): Trace {
  const address = knownAddress(target);
  return { started: performance.now(), ...(address !== undefined && { address }) };
}

function watch(socket: TLSSocket, trace: Trace, dns: boolean): void {
  socket.once("lookup", (error: Error | null) => {
    if (!error && dns) trace.resolved = performance.now();
  });
  socket.on("connectionAttempt", (ip: string) => {
    trace.address = ip;
  });
  socket.once("connect", () => {
    trace.connected = performance.now();
    if (socket.remoteAddress !== undefined) trace.address = socket.remoteAddress;
  });
  socket.on("error", (error: Error & { code?: unknown }) => {
    if (String(error.code).includes("ALERT")) trace.alert = error;
  });
  socket.once("secureConnect", () => {
    trace.secured = performance.now();
    const certificate = certificateOf(socket.getPeerCertificate());
    if (certificate !== undefined) trace.certificate = certificate;
  });
}

/**
 * A connector for one undici Client that records events in `trace`. No session is resumed: a resumed one
 * shows no certificate, so a replaced certificate would not be noticed. Only HTTP/1.1. `limit` ends a
 * connection attempt, which undici does not: it aborts only requests that were sent.
 */
export function tracedConnector(target: Target, trace: Trace, limit: AbortSignal): buildConnector.connector {
  const connect = buildConnector({
    ...connectionOptions(target),
    maxCachedSessions: 0,
    allowH2: false,
    timeout: 0,
  });
  return (options, callback) => {
    // undici's types say void, but it returns the socket, which is needed to see a hang.
    const socket: unknown = connect({ ...options, port: String(portOf(target)) }, callback);
    if (!(socket instanceof TLSSocket)) return;
    watch(socket, trace, knownAddress(target) === undefined);
    limit.addEventListener("abort", () => void (trace.secured ?? socket.destroy(new TimeUp())));
  };
}
