import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { quote } from "./quote.ts";

it.each(["24h", "a b", "it's", "$(id)", "", "a\nb", "--html=x;y"])("a shell reads %j back as one word", (word) => {
  const { stdout } = spawnSync("sh", ["-c", `printf '%s|' ${quote(word)}`], { encoding: "utf8" });
  expect(stdout).toBe(`${word}|`);
});
