import { ReadError } from "../read/read-error.ts";
import { readLog } from "../read/log.ts";
import { newTally } from "../read/tally.ts";
import { collect, newCollected } from "./collect.ts";
import { summarize, type Question, type Report } from "./summary.ts";

/**
 * Reads the log at `path`, its rotated files too, and answers `question`.
 * @throws ReadError, saying what to do, when there is no log or nothing of it can be read.
 */
export async function loadReport(path: string, question: Question): Promise<Report> {
  const tally = newTally();
  const log = newCollected();
  for await (const lines of readLog(path, tally, question.since)) for (const line of lines) collect(log, line);
  const [problem] = tally.problems;
  if (problem && tally.lines === 0) throw new ReadError(`${problem.file} cannot be read: ${problem.why}`);
  return summarize(log, tally, question);
}
