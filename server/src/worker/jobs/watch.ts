import type { Redis } from "ioredis";

/** Watches whether a consumer still fetches jobs. */
export interface FetchWatch {
  /** The same work, watched: while it runs, no fetch is expected. */
  during<Job>(work: (job: Job) => Promise<void>): (job: Job) => Promise<void>;
  /** Whether a job runs. */
  isBusy(): boolean;
  /** True if no job was fetched in the last `ms` and none runs, although Redis is connected. */
  isStuck(ms: number): boolean;
}

/** BullMQ waits with it for a job. */
const fetchCommand = "bzpopmin";

/**
 * Watches BullMQ's blocking connections, copies of this client: if idle, one gets a reply every two seconds. BullMQ's
 * `isRunning()` stays true in any state of its connection.
 */
export function watchFetches(client: Redis): FetchWatch {
  let last = performance.now();
  let running = 0;
  const touch = (): void => {
    last = performance.now();
  };
  // While Redis is down there is nothing to fetch: the time counts from its return.
  client.on("ready", touch);
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override) => {
    const copy = duplicate(override);
    const send = copy.sendCommand.bind(copy);
    copy.sendCommand = (command, stream) => {
      // Answers, not requests: a connection can open and accept commands, but never answer.
      if (command.name === fetchCommand) command.promise.then(touch, () => undefined);
      return send(command, stream);
    };
    return copy;
  };
  return {
    during: (work) => async (job) => {
      running += 1;
      try {
        await work(job);
      } finally {
        running -= 1;
        touch();
      }
    },
    isBusy: () => running > 0,
    isStuck: (ms) => {
      return client.status === "ready" && running === 0 && performance.now() - last > ms;
    },
  };
}
