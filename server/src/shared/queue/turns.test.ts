import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { inTurns } from "./turns.ts";

/** The turn of the event loop in which each of 16 jobs began that were ready at once. */
async function turnsOf(text: string): Promise<number[]> {
  let turn = 0;
  const over = new AbortController();
  const count = async (): Promise<void> => {
    for (; !over.signal.aborted; turn++) await nextTurn();
  };
  const counting = count();
  const works = Array.from({ length: 16 }, () => ({ text }));
  const turns = await Promise.all(works.map(inTurns(async () => turn)));
  over.abort();
  await counting;
  return turns;
}

it("long texts that are ready at once get one turn of the event loop each", async () => {
  expect(new Set(await turnsOf("a".repeat(256 * 1024))).size).toBe(16);
});

it("short ones do not wait for turns", async () => {
  expect(new Set(await turnsOf("a")).size).toBe(1);
});

it("a failed job does not block later ones", async () => {
  const work = inTurns(async ({ text }: { text: string }) => {
    if (text.startsWith("b")) throw new Error("failed");
    return text.length;
  });
  const long = 10_000;
  const all = await Promise.allSettled(["a", "b", "a"].map((letter) => work({ text: letter.repeat(long) })));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
