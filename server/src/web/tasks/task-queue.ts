import type { TaskState } from "../../contract/tasks.ts";
import type { JobData, JobKind } from "../../shared/queue/job.ts";
import type { Pressure } from "./pressure.ts";
import type { Waiters } from "./waiters.ts";

/** A job as it is stored. Times in milliseconds since 1970. */
export interface StoredJob {
  id: string;
  data: JobData;
  state: TaskState;
  created: number;
  started: number | undefined;
  finished: number | undefined;
  /** Number of starts. */
  attempts: number;
  /** JSON of its result. */
  effect: string | undefined;
}

/** `stored`, or the reason: `full` back pressure, `unavailable` Redis cannot be used. */
export const addOutcomes = ["stored", "full", "unavailable"] as const;
export type AddOutcome = (typeof addOutcomes)[number];

/** Some jobs of one state, newest first; `end`: the place after the last one. */
export interface Page {
  jobs: StoredJob[];
  end: number;
  more: boolean;
}

/** The queue for web's routes. Every method throws ProblemError 503 within a second if Redis cannot be used. */
export interface TaskQueue {
  /**
   * Stores a job, unless its id exists. Resolves when Redis has it, on disk if `appendfsync` is
   * `always`. Throws ProblemError 503, with the id if the job may have been stored.
   */
  add(id: string, data: JobData): Promise<void>;
  /** The job with this id; undefined if there is none. */
  find(id: string): Promise<StoredJob | undefined>;
  /** Whether a job is completed or failed; true if it does not exist, false if that is unknown. */
  isSettled(id: string): Promise<boolean>;
  list(state: TaskState, start: number, count: number): Promise<Page>;
  /** Milliseconds since the oldest waiting job was added; 0 if none waits. */
  oldestMs(): Promise<number>;
  /** Called with the outcome of each {@link add}. */
  onAdd: (kind: JobKind, outcome: AddOutcome) => void;
  /** Resolves when Redis is connected, after `ms` at the latest. */
  connected(ms: number): Promise<void>;
  readonly waiters: Waiters;
  readonly pressure: Pressure;
  close(): Promise<void>;
}
