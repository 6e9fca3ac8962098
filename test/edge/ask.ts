import http from "node:http";
import https from "node:https";
import { splitAddress } from "../../deploy/minikube/reach.ts";

/** An edge under test, of any kind. */
export interface Edge {
  /** URL without a path: `https://analyze.test`, or with a port. */
  url: string;
  /** `ip:port` with TLS, and without it. */
  address: string;
  clearAddress: string;
  /** PEM of the trusted CA. */
  ca: string;
}

/** One request; the defaults are a valid GET. */
export interface Question {
  method?: string;
  path?: string;
  /** A `host` here does not change SNI. */
  headers?: Record<string, string>;
  body?: string;
  /** A body without a length, sent in chunks. */
  chunks?: string[];
  /** Without TLS. */
  clear?: boolean;
  /** Name for SNI and for the certificate's verification. */
  servername?: string;
  clientCertificate?: { cert: string; key: string };
  /** The source address of the request. */
  localAddress?: string;
}

/** A complete answer. */
export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Sends one request on a new connection. Rejects if no complete answer arrives within 10 s. */
export async function ask(edge: Edge, question: Question = {}): Promise<Reply> {
  const { body, clear = false } = question;
  const url = new URL(edge.url);
  const { host: hostname, port } = splitAddress(clear ? edge.clearAddress : edge.address);
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const request = (clear ? http : https).request({
    hostname,
    port,
    method: question.method ?? (body === undefined ? "GET" : "POST"),
    path: question.path ?? "/",
    headers: {
      host: url.host,
      ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      ...question.headers,
    },
    servername: question.servername ?? url.hostname,
    ca: edge.ca,
    agent: false,
    signal: AbortSignal.timeout(10_000),
    ...(question.localAddress !== undefined && { localAddress: question.localAddress }),
    ...question.clientCertificate,
  });
  request.on("response", resolve).on("error", reject);
  for (const chunk of question.chunks ?? []) request.write(chunk);
  request.end(body);
  const response = await promise;
  const chunks: Buffer[] = await response.toArray();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
