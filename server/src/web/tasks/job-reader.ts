import type { JobType, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { TaskState } from "../../contract/tasks.ts";
import { effectField, jobData, type JobData } from "../../shared/queue/job.ts";
import { stateOf, typesOf } from "../../shared/queue/states.ts";
import type { Page, StoredJob } from "./task-queue.ts";

/** Reads jobs. Rejects with an error of BullMQ or ioredis when Redis cannot be used. */
export class JobReader {
  readonly #queue: Queue<JobData>;
  readonly #client: Pick<Redis, "hget">;

  constructor(queue: Queue<JobData>, client: Pick<Redis, "hget">) {
    this.#queue = queue;
    this.#client = client;
  }

  /** The job with this id; undefined if there is none, or if it is not from this service. */
  async find(id: string): Promise<StoredJob | undefined> {
    const queue = this.#queue;
    const [job, state, effect] = await Promise.all([
      queue.getJob(id),
      queue.getJobState(id),
      this.#client.hget(queue.toKey(id), effectField),
    ]);
    const data = jobData.safeParse(job?.data);
    if (!job || !data.success) return undefined;
    return {
      id,
      data: data.data,
      state: stateOf(state),
      created: job.timestamp,
      started: job.processedOn,
      finished: job.finishedOn,
      attempts: job.attemptsStarted,
      effect: effect ?? undefined,
    };
  }

  /** Jobs of a state, newest first. */
  async list(state: TaskState, start: number, count: number): Promise<Page> {
    const types = typesOf(state);
    const sizes = await this.#queue.getJobCounts(...types);
    const ids: string[] = [];
    let before = 0;
    for (const type of types) {
      ids.push(...(await this.#slice(type, Math.max(0, start - before), count - ids.length)));
      before += sizes[type] ?? 0;
    }
    const jobs = await Promise.all(ids.map((id) => this.find(id)));
    const end = start + ids.length;
    return { jobs: jobs.filter((job) => job !== undefined), end, more: end < before };
  }

  #slice(type: JobType, from: number, count: number): Promise<string[]> {
    return count > 0 ? this.#queue.getRanges([type], from, from + count - 1, false) : Promise.resolve([]);
  }

  /** Milliseconds since the oldest waiting job was added; 0 if none waits. */
  async oldestMs(): Promise<number> {
    const [oldest] = await this.#queue.getRanges(["wait"], 0, 0, true);
    if (oldest === undefined) return 0;
    const added = await this.#client.hget(this.#queue.toKey(oldest), "timestamp");
    return Math.max(0, Date.now() - Number(added ?? Date.now()));
  }
}
