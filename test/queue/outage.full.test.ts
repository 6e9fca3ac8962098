import { expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { recoveryMs } from "./outage.ts";

describeWith(["redis-server"], "an outage of Redis", () => {
  it("of 5 min: 503 in less than a second, and recovery within 10 s of its end", { timeout: 420_000 }, async () => {
    expect(await recoveryMs(300)).toBeLessThan(10_000);
  });
});
