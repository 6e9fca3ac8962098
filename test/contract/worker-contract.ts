import { analyzeRequest, processResponse } from "../../server/src/contract/wire.ts";
import { describeApi } from "../../server/src/web/openapi/document.ts";
import type { DocumentedRoute } from "../../server/src/web/openapi/operation.ts";
import { processRoute } from "../../server/src/worker/routes/process.ts";

/**
 * Worker's contract with web, as OpenAPI: worker serves no document, because only web calls it. The schemas of the
 * code, written by the code that writes web's document.
 */
export function workerContract(): string {
  const documented: DocumentedRoute = {
    ...processRoute,
    operation: {
      id: "process",
      summary: "Count the words of a text and reverse it",
      tag: "Text",
      body: { schema: analyzeRequest, example: { text: "Hello, how are you?" } },
      success: { status: 200, description: "Both results", content: { "application/json": processResponse } },
    },
  };
  return JSON.stringify(describeApi([documented], "0")).replaceAll('"const":"web"', '"const":"worker"');
}
