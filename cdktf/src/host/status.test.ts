import { expect, it } from "vitest";
import { type Status, statusText } from "./status.ts";

const running = { id: "i-1", state: "running", type: "t4g.micro", address: "192.0.2.7", launched: null };
const facts: Status = {
  stage: "dev",
  region: "eu-central-1",
  instance: running,
  checks: { system: "ok", instance: "ok" },
  release: null,
  lastLine: null,
};

it.each([
  ["running", "npm run host -- ssh` shows why"],
  ["stopped", "`npm run host -- start` starts it"],
  ["pending", "the host is pending: try again in a minute"],
])("says what to do about a silent host that is %s", (state, next) => {
  expect(statusText({ ...facts, instance: { ...running, state } })).toContain(next);
});

it("shows the last line of a host that answers", () => {
  expect(statusText({ ...facts, lastLine: "2026-11-26T09:22:35Z ok" })).toMatch(
    /last line +2026-11-26T09:22:35Z ok\n$/,
  );
});
