import { isAbsolute } from "node:path";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { describeParts } from "./parts.ts";

const trust = {
  host: "analyze.test",
  ca: "certs/ca.crt",
  certificate: "certs/tls.crt",
  key: "certs/tls.key",
  until: undefined,
};
const env = {
  START_PORT: "1443",
  START_WORKER_PORT: "1081",
  START_METRICS_PORT: "1090",
  START_WORKER_METRICS_PORT: "1091",
  START_PAGE_PORT: "1444",
  ANALYZE_LOG: "my log/analyze.log",
};
const parts = (options: Parameters<typeof readConfig>[1] = {}) => describeParts(readConfig(env, options), trust);

it("web and worker listen on this machine alone", () => {
  const { web, worker } = parts();
  expect([web.env["HOST"], worker.env["HOST"]]).toEqual(["127.0.0.1", "127.0.0.1"]);
});

it("each listens at its own ports, and web calls worker's", () => {
  const { web, worker, page } = parts();
  expect(worker.env).toMatchObject({ PORT: "1081", METRICS_PORT: "1091" });
  expect(web.env).toMatchObject({ PORT: "1443", METRICS_PORT: "1090", WORKER_URL: "http://127.0.0.1:1081" });
  expect(page.args).toEqual(["serve", "--port", "1444"]);
});

it("the client calls the name of the edge's certificate at a pinned address, and trusts the CA only", () => {
  expect(parts().client.env).toMatchObject({
    ANALYZE_URL: "https://analyze.test:1443",
    ANALYZE_ADDRESS: "127.0.0.1",
    ANALYZE_CA_FILE: "certs/ca.crt",
  });
});

it("the page shows the log that the client writes", () => {
  const { client, page } = parts();
  expect([client.env["ANALYZE_LOG"], page.env["ANALYZE_LOG"]]).toEqual(["my log/analyze.log", "my log/analyze.log"]);
});

it.each([
  [{}, undefined],
  [{ every: "5s" }, "*/5 * * * * *"],
])("the schedule is the client's own unless %j", (options, schedule) => {
  expect(parts(options).client.env["ANALYZE_SCHEDULE"]).toBe(schedule);
});

it("only the client's lines are shown; each has a program that exists and a log of its own", () => {
  const all = Object.values(parts());
  expect(all.filter(({ shown }) => shown).map(({ name }) => name)).toEqual(["client"]);
  expect(new Set(all.map(({ log }) => log)).size).toBe(all.length);
  for (const { entry } of all) expect([isAbsolute(entry), existsSync(entry)]).toEqual([true, true]);
});

it("the CA's key and the tokens of tasks are in no setting", () => {
  expect(JSON.stringify(parts())).not.toMatch(/ca\.key|TOKEN/);
});

it.each([true, false])("each restarts at a change of its source if asked for: %s", (watch) => {
  expect(Object.values(parts({ watch })).map((part) => part.watch)).toEqual([watch, watch, watch, watch]);
});
