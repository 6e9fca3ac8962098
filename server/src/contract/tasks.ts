import { z } from "zod";
import { analyzeResponse, textField } from "./wire.ts";

/** States of a task. `waiting` includes a task between two attempts; `failed` is final until a person retries it. */
export const taskStates = ["waiting", "active", "completed", "failed"] as const;
export type TaskState = (typeof taskStates)[number];

/** `t…`: a task, `a…`: an analysis. 22 characters follow, random or derived: see web/tasks/identity.ts. */
export const taskIdPattern = /^t[A-Za-z0-9_-]{22}$/;
export const analysisIdPattern = /^a[A-Za-z0-9_-]{22}$/;

/** Limits of the queue's routes. Sizes in bytes, times in seconds. */
export const queueLimits = {
  taskNameBytes: 128,
  /** Below the edge's read time-out of 5 s. */
  waitSeconds: 4,
  /** Tasks of a page: each is read with its text, which may have 256 KiB. */
  pageSize: 25,
  /** How long a completed task, its text and its result are kept; afterwards 404. */
  completedSeconds: 86_400,
  /** The same for a failed one, which a person may want to see and retry. */
  failedSeconds: 604_800,
} as const;

// oxlint-disable-next-line no-control-regex
const withoutControls = /^[^\x00-\x1f\x7f-\x9f]*$/;

const nameLength = { error: `must have 1 to ${queueLimits.taskNameBytes} bytes as UTF-8` };

/** Name of a task: 1 to 128 bytes of UTF-8 without control characters. */
export const taskName = z
  .string()
  .min(1, nameLength)
  .max(queueLimits.taskNameBytes, nameLength)
  .refine((name) => Buffer.byteLength(name) <= queueLimits.taskNameBytes, nameLength)
  .regex(withoutControls, { error: "must not contain control characters" })
  .describe(
    `Name of the task: 1 to ${queueLimits.taskNameBytes} bytes of UTF-8, percent-encoded, without control characters.`,
  );

/** Optional body of `POST /api/add/{task}`. */
export const addRequest = z.strictObject(
  { text: textField.optional() },
  {
    error: (issue) => (issue.code === "unrecognized_keys" ? 'only the field "text" is allowed' : "must be an object"),
  },
);
export type AddRequest = z.infer<typeof addRequest>;

/** 202 of what was put into the queue. */
export const accepted = z.object({ id: z.string(), state: z.literal("waiting") });
export type Accepted = z.infer<typeof accepted>;

const progress = {
  id: z.string(),
  state: z.enum(taskStates),
  created: z.iso.datetime(),
  started: z.iso.datetime().optional(),
  finished: z.iso.datetime().optional(),
  /** Number of starts. */
  attempts: z.int().min(0),
  requestId: z.string(),
  error: z.string().optional(),
};

/** `GET /api/tasks/{id}`, 200. `result` is there when a task with a text is completed. */
export const task = z.object({ ...progress, task: z.string(), result: analyzeResponse.optional() });
export type Task = z.infer<typeof task>;

/** `GET /api/tasks`, 200: newest first. */
export const taskPage = z.object({ tasks: z.array(task.omit({ result: true })), next: z.string().optional() });
export type TaskPage = z.infer<typeof taskPage>;

/** `GET /analyze/{id}`, 200, until it is completed; then {@link analyzeResponse}. */
export const analysisProgress = z.object(progress);
export type AnalysisProgress = z.infer<typeof analysisProgress>;
