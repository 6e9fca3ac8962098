import { expect, it } from "vitest";
import { obituary } from "./view.ts";

it("describes the end of a part with its last lines and the path of its log", () => {
  const part = { name: "web", entry: "web.ts", log: "logs/web.log", lastLines: () => ["port 1 is taken"] };
  const ended = { pid: 1, ended: Promise.resolve(""), stop: async () => {}, kill: () => {} };
  expect(obituary({ part: { ...part, ...ended }, how: "ended with code 1" })).toBe(
    "web ended with code 1, so the rest is ended too. Its last lines, from logs/web.log:\n  port 1 is taken\n",
  );
});

it("the end of a part whose output is shown refers to the screen", () => {
  const part = {
    name: "client",
    entry: "client.ts",
    log: "logs/client.log",
    shown: true,
    lastLines: () => ["no"],
    pid: 1,
  };
  const ended = { ended: Promise.resolve(""), stop: async () => {}, kill: () => {} };
  expect(obituary({ part: { ...part, ...ended }, how: "ended with code 2" })).toBe(
    "client ended with code 2, so the rest is ended too. Its messages are above, and in logs/client.log\n",
  );
});
