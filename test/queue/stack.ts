import { onTestFinished } from "vitest";
import { z } from "zod";
import { startService, type RunningService } from "../support/services.ts";

/** Web and worker with a queue between them. */
export interface QueueStack {
  readonly web: RunningService;
  readonly worker: RunningService;
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const quick = { DRAIN_DELAY_MS: "0" };

/** Starts worker and web on this Redis. `env` is for both. */
export async function startQueueStack(redisUrl: string, env: Record<string, string> = {}): Promise<QueueStack> {
  const all = { ...quick, REDIS_URL: redisUrl, ...env };
  const worker = await startService("worker", all);
  const web = await startService("web", { ...all, WORKER_URL: `http://127.0.0.1:${worker.port}` });
  const url = `http://127.0.0.1:${web.port}`;
  return {
    web,
    worker,
    url,
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: "POST",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      }),
    stop: async () => {
      await web.stop();
      await worker.stop();
    },
  };
}

/** The same, until the end of the calling test. */
export async function queueStackForTest(...args: Parameters<typeof startQueueStack>): Promise<QueueStack> {
  const stack = await startQueueStack(...args);
  onTestFinished(() => stack.stop());
  return stack;
}

const logLine = z.looseObject({ msg: z.string(), id: z.string().optional(), requestId: z.string().optional() });

/** The lines of a service's log that concern this job. */
export function linesOf({ output }: Pick<RunningService, "output">, id: string): z.infer<typeof logLine>[] {
  return output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => logLine.parse(JSON.parse(line)))
    .filter((line) => line.id === id);
}

/** Reads a path until `isRight` accepts its JSON body; fails after `ms`. */
export async function until(
  stack: QueueStack,
  path: string,
  isRight: (body: unknown, status: number) => boolean,
  ms = 20_000,
) {
  const end = performance.now() + ms;
  for (;;) {
    const response = await stack.get(path);
    const body: unknown = await response.json();
    if (isRight(body, response.status)) return body;
    if (performance.now() > end) throw new Error(`${path} after ${ms} ms: ${response.status} ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
