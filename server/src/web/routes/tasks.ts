import { z } from "zod";
import { queueLimits, task, taskIdPattern, taskPage, taskStates, type TaskPage } from "../../contract/tasks.ts";
import { json, ProblemError } from "../../shared/answer.ts";
import { readPath, readQuery, shortString } from "../../shared/parameters.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";
import { required } from "../tasks/enqueue.ts";
import { queueOperation } from "../tasks/operation.ts";
import { summaryOf, taskOf } from "../tasks/progress.ts";
import type { TaskQueue } from "../tasks/task-queue.ts";

const path = z.object({ id: shortString(64).describe("ID of the task") });

const query = z.object({
  state: z
    .enum(taskStates, { error: `must be one of ${taskStates.join(", ")}` })
    .optional()
    .describe("State of the tasks; `waiting` if not set"),
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, { error: "must be the `next` of an earlier page" })
    .optional()
    .describe("`next` of the page before. Pages move while tasks are added or end."),
});

/** The problem of an unknown ID. */
export function noSuchJob(): ProblemError {
  return new ProblemError("not-found", "Nothing is kept under this ID: it never existed, or its retention is over.");
}

/** `GET /api/tasks/{id}`. */
export function taskRoute(queue: TaskQueue | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "GET",
    path: "/api/tasks/{id}",
    operation: {
      ...queueOperation,
      id: "task",
      summary: "State of a task",
      parameters: { path },
      success: { status: 200, description: "The task", content: { "application/json": task } },
      problems: [...queueOperation.problems, "not-found"],
    },
    handle: async (exchange) => {
      const tasks = required(queue);
      const owner = callers.admit(exchange);
      const { id } = readPath(exchange, path);
      const job = taskIdPattern.test(id) ? await tasks.find(id) : undefined;
      // The same answer for another owner's task, so that nobody can find out which ids exist.
      if (!job || job.data.owner !== owner) throw noSuchJob();
      return json(taskOf(job));
    },
  };
}

/** `GET /api/tasks`: of a caller with a name, only their own. */
export function taskListRoute(queue: TaskQueue | undefined, callers: Callers): DocumentedRoute {
  return {
    method: "GET",
    path: "/api/tasks",
    operation: {
      ...queueOperation,
      id: "tasks",
      summary: "Tasks of a state, newest first",
      parameters: { query },
      success: {
        status: 200,
        description: `Up to ${queueLimits.pageSize} tasks; with \`next\` there may be more`,
        content: { "application/json": taskPage },
      },
    },
    handle: async (exchange) => {
      const tasks = required(queue);
      const owner = callers.admit(exchange);
      const { state = "waiting", cursor = "0" } = readQuery(exchange, query);
      const { jobs, end, more } = await tasks.list(state, Number(cursor), queueLimits.pageSize);
      const own = jobs.filter(({ data }) => data.kind === "task" && data.owner === owner);
      const page = own.map((job) => summaryOf(job));
      return json({ tasks: page, ...(more ? { next: String(end) } : {}) } satisfies TaskPage);
    },
  };
}
