import { once } from "node:events";
import { connect, type ClientHttp2Session } from "node:http2";
import { splitAddress } from "../../deploy/minikube/reach.ts";
import { ask, type Edge } from "./ask.ts";
import { shakeHands } from "./tls.ts";

function open(edge: Edge): ClientHttp2Session {
  const { host, port } = splitAddress(edge.address);
  return connect(edge.url, { host, port, ca: edge.ca, servername: new URL(edge.url).hostname });
}

/** The status of a POST over HTTP/2. Rejects if the stream or its session ends without one. */
async function postOverHttp2(edge: Edge, path: string, body: string): Promise<number> {
  const session = open(edge);
  const failed = once(session, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  try {
    const head = { ":method": "POST", ":path": path, "content-type": "application/json" };
    const stream = session.request({ ...head, "content-length": Buffer.byteLength(body) });
    const answered = once(stream, "response");
    stream.resume().end(body);
    const [headers] = await Promise.race([answered, failed]);
    if (!stream.closed) await Promise.race([once(stream, "close"), failed]);
    return Number(headers[":status"]);
  } finally {
    session.destroy();
  }
}

/** The status of a POST by a client that offers HTTP/2 and HTTP/1.1, over the edge's choice. */
export async function postOfferingHttp2(edge: Edge, path: string, body: string): Promise<[string, number]> {
  const shaken = await shakeHands(edge, { ALPNProtocols: ["h2", "http/1.1"] });
  if ("refused" in shaken) throw new Error(`no handshake: ${shaken.refused}`);
  const { application } = shaken;
  if (application === "h2") return [application, await postOverHttp2(edge, path, body)];
  return [application, (await ask(edge, { path, body })).status];
}
