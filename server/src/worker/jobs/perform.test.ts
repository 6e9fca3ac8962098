import { expect, it } from "vitest";
import type { JobData } from "../../shared/queue/job.ts";
import { perform } from "./perform.ts";

const data: JobData = { kind: "analysis", task: "analyze", requestId: "r", fingerprint: "" };

it.each([
  ["Hello, how are you?", "Word Count: 4 | Reverse: ?uoy era woh ,olleH"],
  ["👩‍👧é שלום", "Word Count: 2 | Reverse: םולש é👩‍👧"],
  ["one\u00a0two\u2003three", "Word Count: 3 | Reverse: eerht\u2003owt\u00a0eno"],
  // A text, although an empty one.
  ["", "Word Count: 0 | Reverse: "],
])("the result of %j is the answer of POST /analyze", async (text, processed) => {
  expect(await perform({ ...data, text })).toEqual({ processed_text: processed });
});

it("a task without a text has an empty result", async () => {
  expect(await perform({ ...data, kind: "task" })).toEqual({});
});

it("the result of the largest text is complete", async () => {
  const text = "a ".repeat(128 * 1024);
  expect(await perform({ ...data, text })).toEqual({
    processed_text: `Word Count: 131072 | Reverse: ${" a".repeat(128 * 1024)}`,
  });
});
