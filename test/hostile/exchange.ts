import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { parseResponses, type RawResponse } from "./responses.ts";

/** Where to connect. `tls`: verify the certificate for this name against `ca` (PEM). */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly ca: string | Buffer; readonly servername: string };
}

/** The bytes to send, and the number of answers to await before the probe. */
export interface Sending {
  readonly bytes: Buffer;
  readonly answers: number;
  /** Close the caller's side after the request. No probe can follow. */
  readonly halfClose: boolean;
  /** The request is HEAD: its answer has no body. */
  readonly toHead: boolean;
  /** A good request sent after the answers, and the ID that its answer must have: it shows that the connection is in sync. */
  readonly probe: { readonly bytes: Buffer; readonly id: string };
}

/** The result of one connection. */
export interface Exchange {
  /** Without 100 Continue and the answer to the probe. */
  readonly responses: readonly RawResponse[];
  /** `in step`: the probe was answered; `closed`: the server ended the connection; `stuck`: neither in time. */
  readonly after: "in step" | "closed" | "stuck";
  /** Set if the bytes were not HTTP. */
  readonly fault?: string;
}

/** Longer than any time-out of a server for a slow request. */
const patienceMs = 20_000;

function open({ host, port, tls }: Address): Socket {
  return tls
    ? connectTls({ host, port, ...tls, ALPNProtocols: ["http/1.1"] })
    : connect({ host, port, allowHalfOpen: true });
}

/** Sends bytes on a new connection. Reads until the probe is answered, the connection ends or the limit is reached. */
export async function exchange(address: Address, sending: Sending): Promise<Exchange> {
  const socket = open(address);
  const chunks: Buffer[] = [];
  const done = Promise.withResolvers<Exchange>();
  let probed = false;

  const look = (after?: "closed" | "stuck"): void => {
    try {
      const all = parseResponses(Buffer.concat(chunks), { ended: after === "closed", toHead: sending.toHead });
      const inStep = all.at(-1)?.headers["x-request-id"] === sending.probe.id;
      if (inStep) done.resolve({ responses: all.slice(0, -1), after: "in step" });
      else if (after) done.resolve({ responses: all, after });
      else if (!probed && !sending.halfClose && all.length >= sending.answers) {
        probed = true;
        socket.write(sending.probe.bytes);
      }
    } catch (error) {
      done.resolve({ responses: [], after: after ?? "stuck", fault: String(error) });
    }
  };

  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    look();
  });
  // A reset after the answer is one way to close; one without an answer shows as `closed` with none.
  socket.on("error", () => {});
  socket.on("end", () => look("closed"));
  socket.on("close", () => look("closed"));
  const timer = setTimeout(() => look("stuck"), patienceMs);
  if (sending.halfClose) socket.end(sending.bytes);
  else socket.write(sending.bytes);
  try {
    return await done.promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
