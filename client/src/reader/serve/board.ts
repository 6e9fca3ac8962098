import { setTimeout as wait } from "node:timers/promises";
import { shownLine, type Ending } from "../report/html/document.ts";
import type { NamedLog } from "../read/options.ts";
import { LogFollower } from "../tail/follower.ts";
import { openEnd, type End } from "../tail/recent.ts";

/** Number of lines shown of each log. */
const shown = 20;
const pollInterval = 250;
/** The page also changes without a new line: a silent client becomes unknown. */
const redrawInterval = 30_000;

/** New lines of a log, by its index in the list of logs. Without data: a newer page exists. */
export type Notice =
  | { name: "lines"; data: { log: number; lines: { kind: string; text: string }[] } }
  | { name: "page"; data: object };

/** Renders the page with these last lines. Never rejects: errors are shown on the page. */
type Draw = (endings: Ending[]) => Promise<string>;

interface Followed {
  log: NamedLog;
  follower: LogFollower;
  recent: string[];
}

const asTheyAre = (lines: string[]): string[] => lines;

/** The page of some logs, rendered on request, and news for its watchers. */
export class Board {
  readonly #logs: NamedLog[];
  readonly #draw: Draw;
  readonly #watchers = new Set<(notice: Notice) => void>();
  #page: Promise<string> | undefined;
  /** The page is reused until then, by performance.now(). */
  #fresh = 0;
  #isFollowing = false;

  constructor(logs: NamedLog[], draw: Draw) {
    this.#logs = logs;
    this.#draw = draw;
  }

  /** The page, at most one second or twenty rendering times old: many readers cost as much as one. */
  page(): Promise<string> {
    if (this.#page && performance.now() < this.#fresh) return this.#page;
    const begin = performance.now();
    this.#fresh = Number.POSITIVE_INFINITY;
    this.#page = this.#drawNow().finally(() => {
      const end = performance.now();
      this.#fresh = end + Math.max(1000, 20 * (end - begin));
    });
    return this.#page;
  }

  /** Number of watchers. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Sends news to `watcher` until the returned function is called. */
  watch(watcher: (notice: Notice) => void): () => void {
    this.#watchers.add(watcher);
    if (!this.#isFollowing) void this.#follow();
    return () => this.#watchers.delete(watcher);
  }

  async #drawNow(): Promise<string> {
    const opened = await this.#open();
    await close(opened);
    return this.#draw(opened.map(({ log, recent }) => ({ name: log.name, lines: recent })));
  }

  #open(): Promise<Followed[]> {
    return Promise.all(this.#logs.map(async (log) => ({ log, ...(await openOrEmpty(log.path)) })));
  }

  #tell(notice: Notice): void {
    for (const watcher of this.#watchers) watcher(notice);
  }

  async #follow(): Promise<void> {
    this.#isFollowing = true;
    const followed = await this.#open();
    let [isOld, drawnAt] = [true, performance.now()];
    while (this.#watchers.size > 0) {
      for (const [log, { follower }] of followed.entries()) {
        const lines = (await newLines(follower)).slice(-shown).map(shownLine);
        if (lines.length === 0) continue;
        isOld = true;
        this.#tell({ name: "lines", data: { log, lines } });
      }
      isOld ||= performance.now() - drawnAt > redrawInterval;
      if (isOld && performance.now() >= this.#fresh) {
        [isOld, drawnAt] = [false, performance.now()];
        await this.page();
        this.#tell({ name: "page", data: {} });
      }
      await wait(pollInterval, undefined, { ref: false });
    }
    this.#isFollowing = false;
    await close(followed);
  }
}

/** An unreadable log has no lines here: the report above says why. */
async function openOrEmpty(path: string): Promise<Pick<End, "follower" | "recent">> {
  return openEnd(path, shown, asTheyAre).catch(() => ({ follower: new LogFollower(path), recent: [] }));
}

async function newLines(follower: LogFollower): Promise<string[]> {
  return follower.readNew().catch(() => []);
}

async function close(followed: Followed[]): Promise<void> {
  await Promise.all(followed.map(async ({ follower }) => follower.close()));
}
