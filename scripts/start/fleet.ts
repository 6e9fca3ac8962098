import { type Part, type PartOptions, startPart } from "./part.ts";

/** Processes that stand and fall together. */
export interface Fleet {
  start(options: PartOptions): Part;
  /** The first that ended without having been asked to, with the way it ended. */
  readonly dead: { part: Part; how: string } | undefined;
  /** Aborts when {@link Fleet.dead} is set. */
  readonly broken: AbortSignal;
  /** Drains them one after the other, the last started first: the caller before whom it calls. */
  stop(): Promise<void>;
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
      for (const part of parts.toReversed()) await part.stop();
    },
    kill: () => parts.forEach((part) => part.kill()),
  };
}
