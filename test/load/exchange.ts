import http from "node:http";
import https from "node:https";
import { TLSSocket } from "node:tls";
import { headers } from "../../server/src/contract/headers.ts";
import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";
import { analyzeResponse } from "../../server/src/contract/wire.ts";

/** The target of the load, and its trust. */
export interface Target {
  /** The URL, path included: `https://analyze.test/analyze`. */
  url: string;
  /**
   * `host:port` to connect to in place of the URL's; Host header, SNI and name check still use the URL. A function is
   * called for each new connection, like DNS: open connections stay.
   */
  address?: string | (() => string);
  /** PEM of the only trusted certificates. */
  ca?: string;
  /** PEM certificate and key of the client, if the edge requires one. */
  clientCertificate?: { cert: string; key: string };
  /** Time limit of one request, connecting included (default 10 000 ms). */
  timeoutMs?: number;
}

/** The body of one POST, and the check of its answer. */
export interface Exchange {
  /** The JSON body of the request with this id. */
  body(id: string): string;
  /** What is wrong with a 2xx answer; undefined: nothing. */
  fault(body: string, id: string): string | undefined;
}

/** A complete answer. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** SHA-256 of the connection's certificate; undefined without TLS. */
  fingerprint: string | undefined;
}

/** One lane of load: a closed loop with its own connections. */
export interface Lane {
  kind: "keep-alive" | "fresh";
  send(id: string, body: string): Promise<Answer>;
  close(): void;
}

/** `POST /analyze` with a text that contains the ID, so that another request's answer is detected. */
export const analyzeExchange: Exchange = {
  body: (id) => JSON.stringify({ text: textOf(id) }),
  fault: (body, id) => {
    const text = textOf(id);
    const right = processedText(countWords(text), reverseText(text));
    const answer = analyzeResponse.safeParse(parsed(body));
    return answer.success && answer.data.processed_text === right ? undefined : "wrong body";
  },
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function textOf(id: string): string {
  return `the ledger's request ${id}`;
}

/** The current address for a connection to the target. */
export function placeOf({ url, address }: Pick<Target, "url" | "address">): { host: string; port: number } {
  const { protocol, host } = new URL(url);
  const at = new URL(`${protocol}//${(typeof address === "function" ? address() : address) ?? host}`);
  // a URL omits its scheme's default port
  const port = Number(at.port || { "https:": 443, "http:": 80 }[protocol]);
  return { host: at.hostname.replace(/^\[|\]$/g, ""), port };
}

function connectionOf(target: Target): https.RequestOptions {
  const url = new URL(target.url);
  return {
    ...placeOf(target),
    path: url.pathname + url.search,
    servername: url.hostname,
    ...(target.ca === undefined ? {} : { ca: target.ca }),
    ...target.clientCertificate,
  };
}

// Node 24.21 returns a connection's certificate once, later undefined.
const fingerprints = new WeakMap<TLSSocket, string | undefined>();

function fingerprintOf({ socket }: http.IncomingMessage): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (!fingerprints.has(socket)) fingerprints.set(socket, socket.getPeerX509Certificate()?.fingerprint256);
  return fingerprints.get(socket);
}

/**
 * Opens a lane. A keep-alive lane sends everything on one connection and opens another only after its end; a fresh lane
 * makes a full TLS handshake for each request (without session resumption, which would hide a new certificate). Nothing
 * is sent twice: node:http, which has no retries, is used for that reason.
 */
export function openLane(kind: Lane["kind"], target: Target): Lane {
  const transport = new URL(target.url).protocol === "https:" ? https : http;
  const agent = new transport.Agent({ keepAlive: kind === "keep-alive", maxSockets: 1, maxCachedSessions: 0 });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => connect({ ...options, ...placeOf(target) }, done);
  const connection = { ...connectionOf(target), agent, method: "POST" };
  return {
    kind,
    close: () => agent.destroy(),
    send: async (id, body) => {
      const signal = AbortSignal.timeout(target.timeoutMs ?? 10_000);
      const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
      const request = transport.request({
        ...connection,
        signal,
        headers: {
          host: new URL(target.url).host,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          [headers.requestId]: id,
        },
      });
      request.on("response", resolve).on("error", reject).end(body);
      const response = await promise;
      const fingerprint = fingerprintOf(response);
      const chunks: Buffer[] = await response.toArray();
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        fingerprint,
      };
    },
  };
}
