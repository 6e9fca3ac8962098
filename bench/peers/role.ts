import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";

/** The role of a peer process: which of the two hops it is, where it listens, and where the other hop is. */
export interface Role {
  readonly hop: "web" | "worker";
  readonly port: number;
  readonly workerUrl: string;
}

/** Reads the role from the environment that the bench sets for every peer. */
export function readRole(): Role {
  const { HOP, PORT, WORKER_URL } = process.env;
  if ((HOP !== "web" && HOP !== "worker") || PORT === undefined)
    throw new Error("HOP (web or worker) and PORT are needed");
  return { hop: HOP, port: Number(PORT), workerUrl: WORKER_URL ?? "" };
}

/** The work of the worker hop: the same text functions for all that run on Node. */
export function work(text: string): { word_count: number; reversed_text: string } {
  return { word_count: countWords(text), reversed_text: reverseText(text) };
}

/** The work of the web hop once the worker has answered. */
export function finish(done: { word_count: number; reversed_text: string }): { processed_text: string } {
  return { processed_text: processedText(done.word_count, done.reversed_text) };
}
