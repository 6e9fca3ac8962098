import { limits } from "../server/src/contract/limits.ts";

/** A request whose cost for the event loop is measured: its body, and the status that both services must answer. */
export interface LoopLoad {
  readonly name: string;
  readonly body: Buffer;
  readonly status: number;
}

/** The unit of the largest text, repeated until it has `limits.textBytes` bytes. */
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
  ["33 letters and half a flag", `${"a".repeat(33)}🇩`],
  ["9 letters and an accent", "abcdefghi\u0301"],
  ["2 letters and half a flag", "aa🇩"],
  ["unassigned characters", "\u0378"],
  ["line ends", "ł\r\n"],
  ["control characters", "\u0001aa"],
];

const filled = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
const list = (count: number, item: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => item(at)).join();

/** Rejected bodies of almost the largest size. */
const refused: readonly [name: string, status: number, body: string][] = [
  ["16,500 arrays, 30 deep", 400, `[${list(16_500, () => "[".repeat(30) + "]".repeat(30))}]`],
  ["80,000 unknown keys", 400, `{${list(80_000, (at) => `"k${at}":1`)}}`],
  ["80,000 times the same key", 400, `{${list(80_000, () => '"text":"x"')}}`],
  ["500,000 deep", 400, "[".repeat(500_000) + "]".repeat(500_000)],
  ["4,900 unknown keys", 422, `{${list(4_900, (at) => `"k${at}":1`)}}`],
  ["4,900 numeric keys", 422, `{${list(4_900, (at) => `"${at * 7919}":1`)}}`],
  ["9,900 objects", 422, `[${list(9_900 / 2, () => "{}")}]`],
  ["a number of 1,000,000 digits", 422, `{"text":${"9".repeat(1_000_000)}}`],
  ["a key of 1,000,000 letters", 422, `{"${"k".repeat(1_000_000)}":1}`],
  ["1,000,000 quotes", 400, '"'.repeat(1_000_000)],
  ["500,000 escaped quotes", 422, `{"text":"${'\\"'.repeat(500_000)}"}`],
  ["170,000 escapes of surrogates", 422, `{"text":"${"\\ud83d".repeat(170_000)}"}`],
  ["a text of 1,000,000 bytes", 422, `{"text":"${filled("👩", 1_000_000)}"}`],
  ["1,000,000 spaces", 400, " ".repeat(1_000_000)],
];

/** The largest texts, and rejected bodies. */
export const loopLoads: readonly LoopLoad[] = [
  ...scripts.map(([name, unit]) => ({
    name,
    body: Buffer.from(JSON.stringify({ text: filled(unit, limits.textBytes) })),
    status: 200,
  })),
  ...refused.map(([name, status, body]) => ({ name, status, body: Buffer.from(body) })),
];
