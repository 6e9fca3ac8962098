import { analyzeRequest, processedText, type AnalyzeResponse } from "../../contract/index.ts";
import { json } from "../../shared/answer.ts";
import { readJson } from "../../shared/body.ts";
import type { Route } from "../../shared/router.ts";
import type { WorkerClient } from "../upstream/worker-client.ts";

/** `POST /analyze`: checks the text, has worker count and reverse it, and answers with both in a sentence. */
export function analyzeRoute(worker: WorkerClient): Route {
  return {
    method: "POST",
    path: "/analyze",
    handle: async (c, { requestId }) => {
      const { raw } = await readJson(c, analyzeRequest);
      const { word_count, reversed_text } = await worker.process(raw, requestId);
      return json({ processed_text: processedText(word_count, reversed_text) } satisfies AnalyzeResponse);
    },
  };
}
