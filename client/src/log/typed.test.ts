import { afterEach, describe, expect, it } from "vitest";
import { spellCommandsFor, typed, typedStart } from "./typed.ts";

describe("a command as a person types it", () => {
  afterEach(() => spellCommandsFor({}));

  it.each([
    { where: "on a host", env: { ANALYZE_PLACE: "host" }, doctor: "analyze doctor", start: "analyze run" },
    { where: "where the place is not set", env: {}, doctor: "analyze doctor", start: "analyze run" },
    {
      where: "under npm start",
      env: { ANALYZE_PLACE: "start" },
      doctor: "npm run analyze -- doctor",
      start: "npm start",
    },
    {
      where: "under npm run analyze",
      env: { npm_lifecycle_event: "analyze" },
      doctor: "npm run analyze -- doctor",
      start: "npm start",
    },
    {
      where: "under another npm script",
      env: { npm_lifecycle_event: "test" },
      doctor: "analyze doctor",
      start: "analyze run",
    },
  ])("is $doctor $where, and $start starts the client", ({ env, doctor, start }) => {
    spellCommandsFor(env);
    expect([typed("doctor"), typedStart()]).toEqual([doctor, start]);
  });

  it("is the installed one if the place is not set", () => {
    expect(typed("doctor")).toBe("analyze doctor");
  });
});
