import { setImmediate as nextTurn } from "node:timers/promises";

/** Texts up to this length are short: as many as run at the same time take less than one of the largest does. */
const shortText = 8_192;

/**
 * The same work, one turn of the event loop for each long text. Many jobs come at once from Redis, and many requests
 * wait for one answer of it: what follows would be done for all of them without a pause, while other requests wait.
 */
export function inTurns<Job extends { text?: string | undefined }, Rest extends unknown[], Result>(
  work: (job: Job, ...rest: Rest) => Promise<Result>,
): (job: Job, ...rest: Rest) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (job, ...rest) => {
    if ((job.text?.length ?? 0) <= shortText) return work(job, ...rest);
    const turn = last.then(() => nextTurn());
    last = turn;
    return turn.then(() => work(job, ...rest));
  };
}
