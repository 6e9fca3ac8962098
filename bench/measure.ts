import { fork } from "node:child_process";
import { once } from "node:events";
import { countWords, processedText, reverseText } from "../server/src/contract/text.ts";
import type { LoadJob, LoadResult } from "./load-client.ts";
import { startPair } from "./processes.ts";
import type { Variant } from "./variants.ts";

/** One variant, one text, one round. */
export interface Measurement {
  /** User and system time of all server processes for one request, in microseconds. */
  readonly cpuMicros: number;
}

/** Counts instead of times, so that a busy machine gives a slower run, not a shorter warm-up. */
export interface Effort {
  readonly connections: number;
  readonly warmup: number;
  readonly requests: number;
}

/** A text of this many ASCII characters, as words; 19 is the example of the docs. */
export function textOfLength(length: number): string {
  const example = "Hello, how are you?";
  return `${example} `.repeat(Math.ceil(length / (example.length + 1))).slice(0, length);
}

/** The bytes of this variant's answer, after a check of their content. */
async function rightAnswer(url: string, text: string): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
  const body = await response.text();
  const right = processedText(countWords(text), reverseText(text));
  if (response.status !== 200 || JSON.parse(body).processed_text !== right) {
    throw new Error(`wrong answer (${response.status}): ${body.slice(0, 200)}`);
  }
  return body;
}

async function load(job: LoadJob): Promise<LoadResult> {
  const client = fork(new URL("load-client.ts", import.meta.url));
  client.send(job);
  const [result]: LoadResult[] = await once(client, "message");
  if (result === undefined) throw new Error("the load client ended without a result");
  if (result.wrong > 0 || result.errors > 0) {
    throw new Error(`${result.wrong} wrong answers and ${result.errors} errors of ${result.right + result.wrong}`);
  }
  return result;
}

/** Starts the variant, warms it up, and measures. Throws at the first wrong answer or failed request. */
export async function measure(variant: Variant, text: string, effort: Effort): Promise<Measurement> {
  const pair = await startPair(variant.web, variant.worker);
  try {
    const expected = await rightAnswer(pair.url, text);
    const job = { url: pair.url, body: JSON.stringify({ text }), expected, connections: effort.connections };
    await load({ ...job, requests: Math.ceil(effort.warmup * variant.share) });
    const before = pair.cpuMicros();
    const { right } = await load({
      ...job,
      requests: Math.ceil(effort.requests * variant.share),
    });
    return { cpuMicros: (pair.cpuMicros() - before) / right };
  } catch (error) {
    throw new Error(`${variant.name}, ${text.length} characters: ${String(error)}`, { cause: error });
  } finally {
    await pair.stop();
  }
}
