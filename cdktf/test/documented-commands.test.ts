import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { documentedCommands, runElsewhere } from "./support/documented-commands.ts";

function file(name: string): URL {
  return new URL(name, import.meta.url);
}

it("every command about AWS in README and docs/aws.md is typed by a test", () => {
  const weeks = readFileSync(file("two-weeks.full.test.ts"), "utf8");
  const untried = [...documentedCommands()].filter(
    (command) => !weeks.includes(JSON.stringify(command)) && !(command in runElsewhere),
  );
  expect(untried).toEqual([]);
});

it("the tests that run the others exist, and no command is listed that the pages do not have", () => {
  expect(Object.values(runElsewhere).filter((name) => !existsSync(file(name)))).toEqual([]);
  const documented = documentedCommands();
  expect(Object.keys(runElsewhere).filter((command) => !documented.has(command))).toEqual([]);
});
