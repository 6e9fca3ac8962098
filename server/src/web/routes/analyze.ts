import { z } from "zod";
import { limits } from "../../contract/limits.ts";
import { accepted } from "../../contract/tasks.ts";
import { processedText } from "../../contract/text.ts";
import { analyzeRequest, analyzeResponse, type AnalyzeResponse } from "../../contract/wire.ts";
import { json, type Answer } from "../../shared/answer.ts";
import { readJson } from "../../shared/body.ts";
import { headerOf, type Exchange } from "../../shared/exchange.ts";
import { idempotencyHeader } from "../idempotency.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";
import { enqueue } from "../tasks/enqueue.ts";
import { queueOperation } from "../tasks/operation.ts";
import { prefersAsync } from "../tasks/identity.ts";
import type { TaskQueue } from "../tasks/task-queue.ts";
import type { WorkerClient } from "../upstream/worker-client.ts";

/** Request headers of `POST /analyze`, for the documentation. */
const asyncHeaders = z.object({
  Prefer: z.string().optional().describe("`respond-async` (RFC 7240): answer 202 at once, where tasks are on."),
  ...idempotencyHeader.shape,
});

const bodyDescription =
  `The body may have ${limits.bodyBytes} bytes and the text ${limits.textBytes} bytes as UTF-8; the first limit that is ` +
  "exceeded answers. A text written in \\u escapes needs up to six bytes of body for one of its own, so send UTF-8.";

async function enqueueAnalysis(queue: TaskQueue, callers: Callers, exchange: Exchange): Promise<Answer> {
  const owner = callers.admit(exchange);
  const { value, raw } = await readJson(exchange, analyzeRequest);
  const order = { kind: "analysis", task: "analyze", text: value.text, body: raw, owner } as const;
  const answer = await enqueue(queue, exchange, order);
  return { ...answer, headers: { ...answer.headers, "preference-applied": "respond-async" } };
}

/** `POST /analyze`: validates the text, calls worker, and answers with count and reversal in a sentence. */
export function analyzeRoute(worker: WorkerClient, queue: TaskQueue | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "POST",
    path: "/analyze",
    operation: {
      id: "analyze",
      summary: "Count the words of a text and reverse it",
      tag: "Text",
      body: { schema: analyzeRequest, example: { text: "Hello, how are you?" }, description: bodyDescription },
      success: { status: 200, description: "Count and reversal", content: { "application/json": analyzeResponse } },
      parameters: { header: asyncHeaders },
      otherSuccess: {
        status: 202,
        description: "With `Prefer: respond-async`, where tasks are on: Redis has the analysis on disk",
        content: { "application/json": accepted },
        headers: { location: "Address of the result", "preference-applied": "respond-async" },
      },
      guard: "sometimes",
      // If tasks are off, it answers synchronously.
      problems: [
        ...queueOperation.problems.filter((code) => code !== "switched-off"),
        "queue-full",
        "deadline-exceeded",
      ],
    },
    handle: async (exchange) => {
      if (queue && prefersAsync(headerOf(exchange, "prefer"))) return await enqueueAnalysis(queue, callers, exchange);
      const { raw } = await readJson(exchange, analyzeRequest);
      const { word_count, reversed_text } = await worker.process(raw, exchange.requestId, exchange.span);
      return json({ processed_text: processedText(word_count, reversed_text) } satisfies AnalyzeResponse);
    },
  };
}
