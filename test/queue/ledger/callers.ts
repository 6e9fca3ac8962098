import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { accepted } from "@analyze/server/contract/tasks";

/** The answers of callers. */
export interface Answers {
  /** Ids of 202. */
  accepted: string[];
  /** IDs of 503: they may be stored. */
  open: string[];
  /** Number of 503 that said that nothing was stored. */
  refused: number;
  /** Requests without an answer, which were retried with the same Idempotency-Key. */
  repeated: number;
}

/** Callers that add tasks one after the other. */
export interface Callers {
  /** Stops them; resolves with their answers. */
  stop(): Promise<Answers>;
}

/** A complete answer; undefined if none came, or only a part of one. */
async function add(
  url: string,
  key: string,
): Promise<{ status: number; body: unknown; location: string | null } | undefined> {
  try {
    const headers = { "idempotency-key": `"${key}"` };
    const response = await fetch(`${url}/api/add/ledger`, {
      method: "POST",
      headers,
      signal: AbortSignal.timeout(5_000),
    });
    return { status: response.status, body: await response.json(), location: response.headers.get("location") };
  } catch {
    return undefined;
  }
}

/** One task: retried until it has an answer, also after the end, or it could not be checked. */
async function addOne(url: string, answers: Answers): Promise<void> {
  const key = randomUUID();
  for (let wasLost = false; ; await wait(50)) {
    const answer = await add(url, key);
    if (answer?.status === 202) return void answers.accepted.push(accepted.parse(answer.body).id);
    if (answer?.location) return void answers.open.push(answer.location.slice("/api/tasks/".length));
    if (answer && answer.status !== 503) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    // This 503 says that its attempt was not stored. An earlier one, without an answer, may have been.
    if (answer && !wasLost) {
      answers.refused += 1;
      return wait(50);
    }
    wasLost = true;
    answers.repeated += 1;
  }
}

/** Starts `count` callers of this web. Each of their tasks has a unique Idempotency-Key. */
export function startCallers(url: string, count: number): Callers {
  const answers: Answers = { accepted: [], open: [], refused: 0, repeated: 0 };
  const over = new AbortController();
  const call = async (): Promise<void> => {
    while (!over.signal.aborted) await addOne(url, answers);
  };
  const running = Array.from({ length: count }, call);
  return {
    stop: async () => {
      over.abort();
      await Promise.all(running);
      return answers;
    },
  };
}
