import { setImmediate as nextTurn } from "node:timers/promises";

/** Texts up to this length are short: as many as run at the same time take less than one of the largest does. */
const shortText = 8_192;

/**
 * The same job function, with one turn of the event loop for each long text. Redis delivers many jobs at once, and many
 * requests wait for the same reply: without turns all of them would be processed without a pause, while other requests
 * wait.
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
