import { headers } from "../../contract/headers.ts";
import { countWords, reverseText } from "../../contract/text.ts";
import { analyzeRequest, type ProcessResponse } from "../../contract/wire.ts";
import { json, ProblemError } from "../../shared/answer.ts";
import { readJson } from "../../shared/body.ts";
import { headerOf } from "../../shared/exchange.ts";
import type { Route } from "../../shared/router.ts";

function deadlineOf(header: string | undefined): number {
  if (header === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  throw new ProblemError("malformed-request", `${headers.deadline} must be a whole number of milliseconds.`);
}

/** `POST /process`: counts the words and reverses the text. 504 without work if the caller no longer waits. */
export const processRoute: Route = {
  method: "POST",
  path: "/process",
  handle: async (exchange) => {
    const deadlineMs = deadlineOf(headerOf(exchange, headers.deadline));
    const { text } = (await readJson(exchange, analyzeRequest)).value;
    if (performance.now() - exchange.startedAt >= deadlineMs) {
      throw new ProblemError("deadline-exceeded", "The request arrived completely only after its deadline.");
    }
    return json({ word_count: countWords(text), reversed_text: reverseText(text) } satisfies ProcessResponse);
  },
};
