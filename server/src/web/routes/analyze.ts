import { analyzeRequest, analyzeResponse, processedText, type AnalyzeResponse } from "../../contract/index.ts";
import { json } from "../../shared/answer.ts";
import { readJson } from "../../shared/body.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { WorkerClient } from "../upstream/worker-client.ts";

/** `POST /analyze`: checks the text, has worker count and reverse it, and answers with both in a sentence. */
export function analyzeRoute(worker: WorkerClient): DocumentedRoute {
  return {
    method: "POST",
    path: "/analyze",
    operation: {
      id: "analyze",
      summary: "Counts the words of a text and reverses it",
      body: { schema: analyzeRequest, example: { text: "Hello, how are you?" } },
      success: { status: 200, description: "Count and reversal", content: { "application/json": analyzeResponse } },
      problems: ["dependency-unavailable", "deadline-exceeded"],
    },
    handle: async (c, { requestId }) => {
      const { raw } = await readJson(c, analyzeRequest);
      const { word_count, reversed_text } = await worker.process(raw, requestId);
      return json({ processed_text: processedText(word_count, reversed_text) } satisfies AnalyzeResponse);
    },
  };
}
