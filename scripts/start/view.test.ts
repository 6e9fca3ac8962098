import { expect, it } from "vitest";
import { obituary } from "./view.ts";

it("a part's end is told with its last words and where the rest of them is", () => {
  const part = { name: "web", log: "logs/web.log", lastLines: () => ["port 1 is taken"] };
  const ended = { pid: 1, ended: Promise.resolve(""), stop: async () => {}, kill: () => {} };
  expect(obituary({ part: { ...part, ...ended }, how: "ended with code 1" })).toBe(
    "web ended with code 1, so the rest is ended too. Its last lines, from logs/web.log:\n  port 1 is taken\n",
  );
});
