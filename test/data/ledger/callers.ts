import { setTimeout as wait } from "node:timers/promises";
import { storedDocument } from "@analyze/server/contract/documents";

/** The answers of callers. */
export interface Answers {
  /** Ids of 201. */
  stored: string[];
  /** IDs of a 503 that says that the document may be stored, without a retry of the caller. */
  open: string[];
  /** Keys that were retried after such a 503, or after no answer, until a 201. */
  repeated: number;
  /** Number of 503 that say that nothing is stored. */
  refused: number;
  /** Duration of each request in milliseconds. */
  durations: number[];
}

export interface Callers {
  readonly answers: Answers;
  /** Resolves with the time, by performance.now(), of the next 201 to a request that was sent after this call. */
  nextStored(): Promise<number>;
  stop(): Promise<Answers>;
}

/** The ID in a 503, if the document may be stored. */
function idOf(response: Response): string | undefined {
  return response.headers.get("location")?.split("/").at(-1);
}

/**
 * Starts callers that store documents, each with a separate key, and retry every second one whose result is unknown. An
 * answer other than 201 and 503 stops them: then nextStored and stop reject with it.
 */
export function startCallers(url: string, count: number): Callers {
  const answers: Answers = { stored: [], open: [], repeated: 0, refused: 0, durations: [] };
  const waiting = new Set<{ since: number; resolve: (at: number) => void }>();
  const over = new AbortController();

  async function send(key: string): Promise<Response> {
    const began = performance.now();
    const headers = { "content-type": "application/json", "idempotency-key": `"${key}"` };
    const response = await fetch(`${url}/data`, { method: "POST", headers, body: JSON.stringify({ key }) });
    answers.durations.push(performance.now() - began);
    if (response.status !== 201) return response;
    for (const one of waiting) {
      if (began < one.since) continue;
      waiting.delete(one);
      one.resolve(performance.now());
    }
    return response;
  }

  /** Until a 201, or until the caller gives up without a result. */
  async function store(key: string, givesUp: boolean): Promise<void> {
    let isRepeated = false;
    for (;;) {
      const response = await send(key);
      if (response.status === 201) {
        answers.stored.push(storedDocument.parse(await response.json()).id);
        if (isRepeated) answers.repeated += 1;
        return;
      }
      const text = await response.text();
      const id = idOf(response);
      if (response.status !== 503) throw new Error(`${response.status} ${text}`);
      if (id === undefined) answers.refused += 1;
      else if (givesUp) return void answers.open.push(id);
      else isRepeated = true;
      // As a client that waits, but less than the second of Retry-After.
      await wait(250);
    }
  }

  const runs = Array.from({ length: count }, async (_, caller) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      await store(`${caller}-${n}`, n % 2 === 0);
      // FerretDB counts and sorts without an index: it can have some thousand documents here.
      await wait(100);
    }
  });
  const all = Promise.all(runs);
  const ended = all.then(() => {
    throw new Error("the callers have ended");
  });
  ended.catch(() => undefined);
  return {
    answers,
    nextStored: () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      waiting.add({ since: performance.now(), resolve });
      return Promise.race([promise, ended]);
    },
    stop: async () => {
      over.abort();
      await all;
      return answers;
    },
  };
}
