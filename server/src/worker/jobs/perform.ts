import { countWords, processedText, reverseText } from "../../contract/text.ts";
import type { AnalyzeResponse } from "../../contract/wire.ts";
import type { JobData } from "../../shared/queue/job.ts";

/** The result of a job: of one with a text, what `POST /analyze` answers; of one without, nothing. */
export type JobResult = AnalyzeResponse | Record<string, never>;

/** Does a job's work. It has no effect but its result: see docs/queue.md for work that has one. */
export async function perform({ text }: JobData): Promise<JobResult> {
  return text === undefined ? {} : { processed_text: processedText(countWords(text), reverseText(text)) };
}
