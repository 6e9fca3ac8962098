import { connect } from "node:tls";
import { Worker } from "node:worker_threads";
import type { Edge } from "./ask.ts";

/** How the files change under nginx: each way replaces one version's pair by the other's. */
export type Flip = "link" | "pem";

export interface FlipResult {
  /** Number of changes. */
  flips: number;
  /** Successful handshakes, and the error codes of the others. */
  good: number;
  failed: string[];
}

/** Runs in a separate thread, so that changes and handshakes overlap: "link" replaces a symbolic link, "pem" a file. */
const flipper = `
const { copyFileSync, renameSync, symlinkSync } = require("node:fs");
const { workerData: { folder, versions, flip, stop, count } } = require("node:worker_threads");
const pause = new Int32Array(new SharedArrayBuffer(4));
while (Atomics.load(stop, 0) === 0) {
  const version = versions[Atomics.add(count, 0, 1) % 2];
  if (flip === "link") symlinkSync(version, folder + "/next");
  else copyFileSync(folder + "/" + version + "/tls.pem", folder + "/next");
  renameSync(folder + "/next", folder + (flip === "link" ? "/current" : "/tls.pem"));
  Atomics.wait(pause, 0, 0, 0.2);
}`;

function handshake({ address, url }: Edge): Promise<string> {
  const [host = "", port] = address.split(":");
  const { promise, resolve } = Promise.withResolvers<string>();
  // The test counts whether nginx has a pair, not whether a client trusts it.
  const options = { host, port: Number(port), servername: new URL(url).hostname, rejectUnauthorized: false };
  const socket = connect(options, () => {
    socket.destroy();
    resolve("");
  });
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  return promise;
}

/** Makes `handshakes` TLS handshakes, four at a time, while the two versions alternate in `folder` without a pause. */
export async function handshakesUnderFlips(
  edge: Edge,
  { folder, versions, flip, handshakes }: { folder: string; versions: string[]; flip: Flip; handshakes: number },
): Promise<FlipResult> {
  const [stop, count] = [new Int32Array(new SharedArrayBuffer(4)), new Int32Array(new SharedArrayBuffer(4))];
  const worker = new Worker(flipper, { eval: true, workerData: { folder, versions, flip, stop, count } });
  const ended = new Promise<void>((resolve, reject) => worker.on("exit", () => resolve()).on("error", reject));
  const codes: string[] = [];
  const lane = async (): Promise<void> => {
    while (codes.length < handshakes) codes.push(await handshake(edge));
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  Atomics.store(stop, 0, 1);
  await ended;
  const failed = codes.filter((code) => code !== "");
  return { flips: Atomics.load(count, 0), good: codes.length - failed.length, failed };
}
