import { expect, it, onTestFinished } from "vitest";
import { createLog } from "../../shared/logger.ts";
import { Guard } from "./guard.ts";

const { logger } = createLog("web", "fatal");

it("a client that never finds its server again is replaced", async () => {
  let clients = 1;
  // The first client stays as it is, whatever the server does.
  const ping = async (): Promise<void> => {
    if (clients === 1) throw new Error("the connection was closed");
  };
  const renew = (): void => void (clients += 1);
  const guard = new Guard({ ping, renew, renewMs: 150, timeoutMs: 1_000, logger });
  onTestFinished(() => guard.close());
  await guard.check();
  expect(guard.isClosed).toBe(false);
  await expect.poll(() => guard.isClosed, { timeout: 30_000 }).toBe(true);
  expect(clients).toBe(2);
});
