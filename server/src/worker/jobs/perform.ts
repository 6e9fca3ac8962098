import { countWords, processedText, reverseText } from "../../contract/text.ts";
import type { AnalyzeResponse } from "../../contract/wire.ts";
import type { JobData } from "../../shared/queue/job.ts";

/** The result of a job: with a text, the answer of `POST /analyze`; without, nothing. */
export type JobResult = AnalyzeResponse | Record<string, never>;

/** Does a job's work. It has no effect besides its result; docs/queue.md describes work with effects. */
export async function perform({ text }: JobData): Promise<JobResult> {
  return text === undefined ? {} : { processed_text: processedText(countWords(text), reverseText(text)) };
}
