import { execFile } from "node:child_process";
import type { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions } from "node:tls";
import { promisify } from "node:util";
import { splitAddress } from "../../deploy/minikube/reach.ts";
import type { Edge } from "./ask.ts";

/** The result of a handshake, or the code of the error that ended it. */
export type Handshake =
  | { protocol: string; cipher: string; application: string; certificate: X509Certificate }
  | { refused: string };

/** Makes one TLS connection to the edge, verified by its CA; `options` restricts the caller's offer. */
export async function shakeHands(edge: Edge, options: ConnectionOptions = {}): Promise<Handshake> {
  const { host, port } = splitAddress(edge.address);
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const socket = connect({
    host,
    port,
    servername: new URL(edge.url).hostname,
    ca: edge.ca,
    timeout: 10_000,
    ...options,
  });
  socket.on("error", (error: NodeJS.ErrnoException) => resolve({ refused: error.code ?? error.message }));
  socket.on("timeout", () => resolve({ refused: "TIMEOUT" }));
  socket.on("secureConnect", () => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return resolve({ refused: "no certificate" });
    const application = socket.alpnProtocol || "none";
    const protocol = socket.getProtocol() ?? "";
    return resolve({ protocol, cipher: socket.getCipher().standardName, application, certificate });
  });
  const handshake = await promise;
  socket.destroy();
  return handshake;
}

/**
 * Deviations from Mozilla's intermediate profile that sslyze finds; empty if the edge complies. sslyze checks every
 * protocol, cipher suite and curve, the chain against the edge's CA, and the certificate's lifetime.
 */
export async function faultsByMozilla(edge: Edge): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sslyze-"));
  const ca = join(folder, "ca.crt");
  writeFileSync(ca, edge.ca);
  const [ip, port] = edge.address.split(":");
  const target = `${new URL(edge.url).hostname}:${port}{${ip}}`;
  try {
    const args = ["--mozilla_config=intermediate", "--certinfo_ca_file", ca, target];
    // sslyze exits with 1 if the server does not comply, and prints why.
    const { stdout } = await promisify(execFile)("sslyze", args, { timeout: 120_000 }).catch(
      (error: { stdout?: string; message: string }) => ({ stdout: error.stdout ?? error.message }),
    );
    const [, verdict = stdout] = stdout.split("COMPLIANCE AGAINST");
    return /: OK - Compliant/.test(verdict) ? "" : verdict;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
