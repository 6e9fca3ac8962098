import { z } from "zod";
import { accepted, addRequest, queueLimits, taskName } from "../../contract/tasks.ts";
import { ProblemError, type Answer } from "../../shared/answer.ts";
import { hasBody, readJson } from "../../shared/body.ts";
import type { Exchange } from "../../shared/exchange.ts";
import { idempotencyHeader } from "../idempotency.ts";
import type { DocumentedRoute, Operation } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";
import { enqueue, required } from "../tasks/enqueue.ts";
import { queueOperation } from "../tasks/operation.ts";
import type { TaskQueue } from "../tasks/task-queue.ts";

const path = z.object({ task: taskName });
const nothing = Buffer.alloc(0);

function nameOf({ params }: Exchange): string {
  const read = path.safeParse(params);
  if (read.success) return read.data.task;
  throw new ProblemError("invalid-field", `The task's name ${read.error.issues[0]?.message ?? "is invalid"}.`);
}

const operation = {
  ...queueOperation,
  parameters: { path, header: idempotencyHeader },
  success: {
    status: 202,
    description: `Redis has the task on disk. It is kept for ${queueLimits.completedSeconds / 3600} hours after its end.`,
    content: { "application/json": accepted },
    headers: { location: "Address of the task" },
  },
  problems: [...queueOperation.problems, "invalid-field", "queue-full"],
} satisfies Partial<Operation>;

/** `POST /api/add/{task}` and `GET /add/{task}`: put a task into the queue. */
export function addRoutes(queue: TaskQueue | undefined, callers: Callers): DocumentedRoute[] {
  const add = async (exchange: Exchange, readBody: boolean): Promise<Answer> => {
    const tasks = required(queue);
    const owner = callers.admit(exchange);
    const task = nameOf(exchange);
    const body = readBody && hasBody(exchange) ? await readJson(exchange, addRequest) : undefined;
    return enqueue(tasks, exchange, {
      kind: "task",
      task,
      text: body?.value.text,
      body: body?.raw ?? nothing,
      owner,
    });
  };
  return [
    {
      method: "POST",
      path: "/api/add/{task}",
      operation: {
        ...operation,
        id: "addTask",
        summary: "Put a task into the queue",
        body: { schema: addRequest, example: { text: "Hello, how are you?" }, optional: true },
      },
      handle: (exchange) => add(exchange, true),
    },
    {
      method: "GET",
      path: "/add/{task}",
      withoutHead: true,
      operation: {
        ...operation,
        id: "addTaskByGet",
        summary: "Put a task into the queue. Deprecated: GET must have no effect, use POST /api/add/{task}",
        deprecated: true,
      },
      handle: (exchange) => add(exchange, false),
    },
  ];
}
