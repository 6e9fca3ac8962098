import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { limits } from "../server/src/contract/index.ts";
import { startPair, type Hop } from "./processes.ts";
import { median } from "./rounds.ts";
import { ours } from "./variants.ts";

/** Longest delay of each server's event loop while it answers one of the largest texts; median of several, in ms. */
export interface LoopDelay {
  readonly script: string;
  readonly webMs: number;
  readonly workerMs: number;
}

/** What the largest text is made of: repeated until it has `limits.textBytes` bytes. */
const scripts: readonly [script: string, unit: string][] = [
  ["ASCII words", "Hello, how are you? "],
  ["one-letter words", "a "],
  ["German (Latin-1)", "Größenwahn über Öl "],
  ["Cyrillic", "Съешь ещё этих мягких булок "],
  ["Chinese", "我能吞下玻璃而不伤身体"],
  ["Hangul, decomposed", "각"],
  ["Devanagari", "क्षत्रिय "],
  ["Thai", "กำลังทำงาน"],
  ["combining accents", "e\u0301\u0302\u0303"],
  ["emoji families", "👩‍👩‍👧‍👦"],
  ["flags", "🇩🇪🇫🇷"],
  ["one cluster of zero-width joiners", "\u200d"],
];

const probe = fileURLToPath(new URL("loopProbe.ts", import.meta.url));
const watched = (hop: Hop): Hop => ({ ...hop, args: (port) => ["--import", probe, ...hop.args(port)] });

async function longestDelay(server: ChildProcess): Promise<number> {
  server.send("longest?");
  const [ms]: number[] = await once(server, "message");
  return ms ?? Number.NaN;
}

/** Measures the delay for each script. Progress is told per script. */
export async function measureLoopDelay(times: number, progress: (line: string) => void): Promise<LoopDelay[]> {
  const pair = await startPair(watched(ours.web), watched(ours.worker));
  const ask = async (text: string): Promise<[web: number, worker: number]> => {
    await Promise.all([longestDelay(pair.web), longestDelay(pair.worker)]);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(pair.url, { method: "POST", headers, body: JSON.stringify({ text }) });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`status ${answer.status} for ${text.slice(0, 10)}`);
    // The delay is noted by a timer, which fires only after what delayed it.
    await wait(20);
    return [await longestDelay(pair.web), await longestDelay(pair.worker)];
  };
  try {
    const delays: LoopDelay[] = [];
    for (const [script, unit] of scripts) {
      const text = unit.repeat(Math.floor(limits.textBytes / Buffer.byteLength(unit)));
      const all: [number, number][] = [];
      for (let time = 0; time < times; time++) all.push(await ask(text));
      const delay = {
        script,
        webMs: median(all.map(([web]) => web)),
        workerMs: median(all.map(([, worker]) => worker)),
      };
      progress(`${script}: web ${delay.webMs.toFixed(1)} ms, worker ${delay.workerMs.toFixed(1)} ms`);
      delays.push(delay);
    }
    return delays;
  } finally {
    await pair.stop();
  }
}
