import { countWords, processedText, reverseText } from "@analyze/server/contract/text";
import { analyzeResponse, problem, randomResponse } from "@analyze/server/contract/wire";

/** Whether an answer's body is correct: the text to show, or the fault. */
export type Checked = { out: string } | { wrong: string };

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Checks the answer of `POST /analyze` against the text that was sent. */
export function checkAnalyze(text: string, body: string): Checked {
  const parsed = analyzeResponse.safeParse(json(body));
  if (!parsed.success) return { wrong: "not-the-contract" };
  const { processed_text: got } = parsed.data;
  return got === processedText(countWords(text), reverseText(text)) ? { out: got } : { wrong: "wrong-result" };
}

/** Checks the answer of `GET /random`: a whole number from 0 to 100. */
export function checkRandom(body: string): Checked {
  const parsed = randomResponse.safeParse(json(body));
  return parsed.success ? { out: String(parsed.data.number) } : { wrong: "not-the-contract" };
}

/** The code of a problem document, such as `dependency-unavailable`; undefined for any other body. */
export function problemCode(body: string): string | undefined {
  const parsed = problem.safeParse(json(body));
  return parsed.success ? parsed.data.type.replace("urn:analyze:problem:", "") : undefined;
}
