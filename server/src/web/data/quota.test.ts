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

it("documents that were never counted are not stored", async () => {
  const slow = new Error("MaxTimeMSExpired");
  await expect(quotaOf(slow).admit("ada", never)).rejects.toBe(slow);
});
