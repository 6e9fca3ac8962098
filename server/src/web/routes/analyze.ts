import { analyzeRequest, analyzeResponse, limits, processedText, type AnalyzeResponse } from "../../contract/index.ts";
import { json } from "../../shared/answer.ts";
import { readJson } from "../../shared/body.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { WorkerClient } from "../upstream/worker-client.ts";

const bodyDescription =
  `The body may have ${limits.bodyBytes} bytes and the text ${limits.textBytes} bytes as UTF-8; the first limit that is ` +
  "exceeded answers. A text written in \\u escapes needs up to six bytes of body for one of its own, so send UTF-8.";

/** `POST /analyze`: checks the text, has worker count and reverse it, and answers with both in a sentence. */
export function analyzeRoute(worker: WorkerClient): DocumentedRoute {
  return {
    method: "POST",
    path: "/analyze",
    operation: {
      id: "analyze",
      summary: "Count the words of a text and reverse it",
      tag: "Text",
      body: { schema: analyzeRequest, example: { text: "Hello, how are you?" }, description: bodyDescription },
      success: { status: 200, description: "Count and reversal", content: { "application/json": analyzeResponse } },
      problems: ["dependency-unavailable", "deadline-exceeded"],
    },
    handle: async (exchange) => {
      const { raw } = await readJson(exchange, analyzeRequest);
      const { word_count, reversed_text } = await worker.process(raw, exchange.requestId);
      return json({ processed_text: processedText(word_count, reversed_text) } satisfies AnalyzeResponse);
    },
  };
}
