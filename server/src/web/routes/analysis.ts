import { z } from "zod";
import { analysisIdPattern, analysisProgress, queueLimits } from "../../contract/tasks.ts";
import { analyzeResponse } from "../../contract/wire.ts";
import { json } from "../../shared/answer.ts";
import type { Exchange } from "../../shared/exchange.ts";
import { readPath, readQuery, shortString } from "../../shared/parameters.ts";
import type { Traffic } from "../../shared/traffic.ts";
import type { DocumentedRoute } from "../openapi/operation.ts";
import type { Callers } from "../tasks/callers.ts";
import { required } from "../tasks/enqueue.ts";
import { queueOperation } from "../tasks/operation.ts";
import { progressOf } from "../tasks/progress.ts";
import type { TaskQueue } from "../tasks/task-queue.ts";
import { noSuchJob } from "./tasks.ts";

const path = z.object({ id: shortString(64).describe("ID of the analysis") });

const query = z.object({
  wait: z
    .string()
    .regex(/^\d{1,3}$/, { error: "must be a whole number of seconds" })
    .optional()
    .describe(`Seconds to wait for the end; ${queueLimits.waitSeconds} at most, a greater number counts as that`),
});

/** How often the job of a waiting caller is read, in case its event was missed. */
const rereadMs = 1_000;

/** Resolves when the job has ended, the time is over, the caller has left, or this instance drains. */
async function untilSettled(tasks: TaskQueue, traffic: Traffic, { outgoing }: Exchange, id: string, ms: number) {
  const end = performance.now() + ms;
  const over = new AbortController();
  outgoing.once("close", () => over.abort());
  try {
    while (!outgoing.destroyed && !traffic.draining && performance.now() < end) {
      // Started before the read, so that an end between the two is not missed.
      const woken = tasks.waiters.wait(id, Math.min(end - performance.now(), rereadMs), over.signal);
      if (await tasks.isSettled(id)) return;
      await woken;
    }
  } finally {
    over.abort();
  }
}

/** `GET /analyze/{id}`: state and result of an asynchronous analysis. */
export function analysisRoute(queue: TaskQueue | undefined, callers: Callers, traffic: Traffic): DocumentedRoute {
  return {
    method: "GET",
    path: "/analyze/{id}",
    operation: {
      ...queueOperation,
      id: "analysis",
      summary: "State of an asynchronous analysis; once completed, the body of the synchronous answer",
      tag: "Text",
      parameters: { path, query },
      success: {
        status: 200,
        description: "The result, or the state while there is none",
        content: { "application/json": z.union([analyzeResponse, analysisProgress]) },
      },
      problems: [...queueOperation.problems, "not-found"],
    },
    handle: async (exchange) => {
      const tasks = required(queue);
      const owner = callers.admit(exchange);
      const { id } = readPath(exchange, path);
      const seconds = Math.min(Number(readQuery(exchange, query).wait ?? 0), queueLimits.waitSeconds);
      let job = analysisIdPattern.test(id) ? await tasks.find(id) : undefined;
      if (job && seconds > 0 && (job.state === "waiting" || job.state === "active") && job.data.owner === owner) {
        await untilSettled(tasks, traffic, exchange, id, seconds * 1000);
        job = await tasks.find(id);
      }
      if (!job || job.data.owner !== owner) throw noSuchJob();
      if (job.state === "completed" && job.effect !== undefined) {
        return { status: 200, contentType: "application/json", body: job.effect };
      }
      return json(progressOf(job));
    },
  };
}
