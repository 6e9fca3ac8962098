import { drained, type Part, type PartOptions, startPart } from "./part.ts";

/** A process that ended, and how. */
export interface End {
  part: Part;
  how: string;
}

/** Processes that stop together. */
export interface Fleet {
  start(options: PartOptions): Part;
  /** The first that ended without a request to stop. */
  readonly dead: End | undefined;
  /** Aborts when {@link Fleet.dead} is set. */
  readonly broken: AbortSignal;
  /** Drains them one after the other, callers first, and resolves with those that failed. */
  stop(): Promise<End[]>;
  kill(): void;
}

export function createFleet(): Fleet {
  const parts: Part[] = [];
  const broken = new AbortController();
  let dead: Fleet["dead"];
  let stopping = false;
  const watch = async (part: Part): Promise<void> => {
    const how = await part.ended;
    if (stopping) return;
    dead ??= { part, how };
    broken.abort();
  };
  return {
    start: (options) => {
      const part = startPart(options);
      parts.push(part);
      void watch(part);
      return part;
    },
    get dead() {
      return dead;
    },
    broken: broken.signal,
    stop: async () => {
      stopping = true;
      const failed: End[] = [];
      for (const part of parts.toReversed()) {
        await part.stop();
        const how = await part.ended;
        if (part !== dead?.part && how !== drained) failed.push({ part, how });
      }
      return failed;
    },
    kill: () => parts.forEach((part) => part.kill()),
  };
}
