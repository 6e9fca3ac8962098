import http from "node:http";
import https from "node:https";
import { splitAddress } from "../../deploy/minikube/reach.ts";

/** An edge under test, whatever it is made of. */
export interface Edge {
  /** Address as a person would type it, without a path: `https://analyze.test` or with a port. */
  url: string;
  /** `ip:port` where TLS is taken, and where it is not. */
  address: string;
  clearAddress: string;
  /** PEM of the CA that is trusted. */
  ca: string;
}

/** One request; what is left out is that of a well-meant GET. */
export interface Question {
  method?: string;
  path?: string;
  /** A `host` here does not change SNI. */
  headers?: Record<string, string>;
  body?: string;
  /** A body without its length: what is sent piece by piece. */
  chunks?: string[];
  /** Not over TLS. */
  clear?: boolean;
  /** Name for SNI and for the check of the certificate. */
  servername?: string;
  clientCertificate?: { cert: string; key: string };
  /** The address that the request comes from. */
  localAddress?: string;
}

/** A whole answer. */
export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Asks the edge once, on a connection of its own. Rejects when no whole answer comes in 10 s. */
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
