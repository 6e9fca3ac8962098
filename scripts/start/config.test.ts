import { expect, it } from "vitest";
import { readConfig } from "./config.ts";

it("without settings the ports are the documented ones and the client uses its default schedule", () => {
  expect(readConfig({}, {})).toEqual({
    ports: {
      START_PORT: 8443,
      START_WORKER_PORT: 8081,
      START_METRICS_PORT: 9090,
      START_WORKER_METRICS_PORT: 9091,
      START_PAGE_PORT: 8444,
    },
    logFile: "analyze.log",
    schedule: undefined,
    watch: false,
  });
});

it("an empty variable is unset", () => {
  const empty = { ANALYZE_LOG: "", START_PORT: "", START_WORKER_PORT: "" };
  expect(readConfig(empty, {})).toEqual(readConfig({}, {}));
});

it.each([
  ["5s", "*/5 * * * * *"],
  ["1m", "*/1 * * * *"],
  ["60s", "* * * * *"],
  ["60m", "0 * * * *"],
])("--every %s is the cron expression %s", (every, schedule) => {
  expect(readConfig({}, { every }).schedule).toBe(schedule);
});

it.each(["7s", "0s", "5", "s", "1h", "-5s", ""])(
  "--every %j is rejected, because no cron expression repeats it evenly",
  (every) => {
    expect(() => readConfig({}, { every })).toThrow(/divides no minute or hour evenly/);
  },
);

it("every fault is reported at once, with its value", () => {
  const wrong = { START_PORT: "https", START_WORKER_PORT: "70000" };
  expect(() => readConfig(wrong, { every: "7s" })).toThrow(
    /START_PORT="https".*\n.*START_WORKER_PORT="70000".*\n.*"7s"/,
  );
});
