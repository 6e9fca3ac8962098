import type { Ending, Tracer } from "@analyze/common/tracing/tracer";
import { expect, it } from "vitest";
import type { JobData } from "../../shared/queue/job.ts";
import { withTaskSpan } from "./trace.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const data: JobData = {
  kind: "task",
  task: "echo",
  text: "secret text",
  requestId: "r",
  fingerprint: "f",
  traceparent,
};
const run = { id: "tAAAA", attempt: 3, data };

/** A tracer, and the spans that it began and ended. */
function tracing() {
  const began: unknown[] = [];
  const ended: (Ending | undefined)[] = [];
  const tracer: Tracer = {
    start: (...words) => {
      began.push(words);
      return { traceId: "", traceparent: "", isSampled: true, end: (ending) => void ended.push(ending) };
    },
  };
  return { tracer, began, ended };
}

const attributes = {
  "messaging.message.id": "tAAAA",
  "analyze.task": "echo",
  "analyze.attempt": 3,
  "analyze.request_id": "r",
};

it("the span of a run is a child of the request's, and ends when the work has", async () => {
  const { tracer, began, ended } = tracing();
  const work = Promise.withResolvers<string>();
  const result = withTaskSpan(tracer, run, () => work.promise);
  expect(began).toEqual([["consumer", "process task", traceparent]]);
  expect(ended).toEqual([]);
  work.resolve("done");
  expect(await result).toBe("done");
  expect(ended).toEqual([{ attributes, error: undefined }]);
});

it("a job without a traceparent begins a trace", async () => {
  const { tracer, began } = tracing();
  const { traceparent: _, ...untraced } = data;
  await withTaskSpan(tracer, { ...run, data: { ...untraced, kind: "analysis" } }, async () => undefined);
  expect(began).toEqual([["consumer", "process analysis", undefined]]);
});

it.each([
  [new RangeError("the message quotes secret text"), "RangeError"],
  ["secret text", "unknown"],
])("a run that throws %s ends its span with %s, without the message, and throws the same", async (thrown, error) => {
  const { tracer, ended } = tracing();
  await expect(withTaskSpan(tracer, run, () => Promise.reject(thrown))).rejects.toBe(thrown);
  expect(ended).toEqual([{ attributes, error }]);
  expect(JSON.stringify(ended)).not.toContain("secret");
});

it("without tracing the work is done all the same", async () => {
  expect(await withTaskSpan(undefined, run, async () => 7)).toBe(7);
  await expect(withTaskSpan(undefined, run, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
