import { expect, it, vi } from "vitest";
import { Quota } from "./quota.ts";

const never = async (): Promise<boolean> => false;

/** A quota of three documents over a store that counts `counts` in turn; an error is thrown. */
function quotaOf(...counts: (number | Error)[]): Quota {
  const count = async (): Promise<number> => {
    const next = counts.shift() ?? 0;
    if (next instanceof Error) throw next;
    return next;
  };
  return new Quota({ count }, 3);
}

it("if a new count fails, documents are stored by the last count, up to the quota", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const slow = new Error("MaxTimeMSExpired");
    const quota = quotaOf(1, slow, slow);
    await quota.admit("ada", never);
    vi.advanceTimersByTime(20_000);
    await quota.admit("ada", never);
    await expect(quota.admit("ada", never)).rejects.toMatchObject({ message: expect.stringContaining("3 documents") });
  } finally {
    vi.useRealTimers();
  }
});

it("a count of the last minute is used while the next one is read, however long that takes; an older one is not", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const reads: PromiseWithResolvers<number>[] = [];
    const count = (): Promise<number> => {
      const read = Promise.withResolvers<number>();
      reads.push(read);
      return read.promise;
    };
    const quota = new Quota({ count }, 3);
    const first = quota.admit("ada", never);
    await Promise.resolve();
    reads[0]?.resolve(0);
    await first;
    vi.advanceTimersByTime(20_000);
    await quota.admit("ada", never);
    expect(reads).toHaveLength(2);
    reads[1]?.resolve(3);
    await expect.poll(() => quota.admit("ada", never).then(String, String)).toMatch(/3 documents/);
    vi.advanceTimersByTime(70_000);
    const late = quota.admit("ada", never);
    await expect.poll(() => reads.length).toBeGreaterThan(2);
    reads.at(-1)?.resolve(2);
    await late;
  } finally {
    vi.useRealTimers();
  }
});

it("documents that were never counted are not stored", async () => {
  const slow = new Error("MaxTimeMSExpired");
  await expect(quotaOf(slow).admit("ada", never)).rejects.toBe(slow);
});
