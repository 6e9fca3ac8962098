import { expect, test } from "vitest";
import { takeLock } from "./lock.ts";

test("a second client of the same log is refused, and told who writes it", async () => {
  const log = `/tmp/lock-${process.pid}-a.log`;
  const unlock = await takeLock(log, "pid 4711 on example");
  await expect(takeLock(log, "the second")).rejects.toThrow(/pid 4711 on example.*Stop that one first/s);
  await expect(takeLock(`/tmp/../tmp/lock-${process.pid}-a.log`, "the same by another path")).rejects.toThrow(/4711/);
  unlock();
});

test("another log has a lock of its own, and a lock can be taken again once it was given up", async () => {
  const log = `/tmp/lock-${process.pid}-b.log`;
  const unlock = await takeLock(log, "first");
  const other = await takeLock(`/tmp/lock-${process.pid}-c.log`, "other");
  unlock();
  other();
  const again = await takeLock(log, "the third");
  await expect(takeLock(log, "the fourth")).rejects.toThrow(/the third/);
  again();
});
