import { pass, startLoad, type LoadOptions } from "../load/load.ts";
import type { LoadResult } from "../load/tally.ts";
import type { Edge } from "./ask.ts";
import type { Issued } from "./certificates.ts";

export interface Rotation {
  /** Installs the current certificate of `issued` at the edge. */
  install(issued: Issued): Promise<void> | void;
  times: number;
  /** Number of requests between two changes (default 50). */
  requestsBetween?: number;
  load?: Partial<LoadOptions>;
}

/** The load's summary, and for each change the time until a new connection got the new certificate. */
export interface RotationResult extends LoadResult {
  seenAfterMs: number[];
}

/**
 * Changes the edge's certificate repeatedly while clients of both kinds POST. Each change must be seen within
 * `withinMs` (default 5 s; a Secret that a kubelet updates takes longer). The caller checks `lost` and
 * `wrongCertificate`.
 */
export async function rotateUnderLoad(
  edge: Edge,
  issued: Issued,
  { install, times, requestsBetween = 50, load: more }: Rotation,
  withinMs = 5_000,
): Promise<RotationResult> {
  const expectedCertificates = [issued.fingerprint()];
  const target = { url: `${edge.url}/analyze`, address: edge.address, ca: edge.ca };
  const load = startLoad({ ...target, durationMs: times * withinMs, expectedCertificates, ...more });
  const seenAfterMs: number[] = [];
  for (let change = 0; change < times; change += 1) {
    await pass(load, requestsBetween);
    await issued.renew();
    const wanted = issued.fingerprint();
    expectedCertificates.push(wanted);
    const changed = performance.now();
    await install(issued);
    await load.next(({ lane, fingerprint }) => lane === "fresh" && fingerprint === wanted, withinMs);
    seenAfterMs.push(Math.round(performance.now() - changed));
  }
  return { ...(await load.stop()), seenAfterMs };
}
