import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { documentedCommands, runElsewhere } from "./support/documented-commands.ts";

function file(name: string): URL {
  return new URL(name, import.meta.url);
}

it("a test types every AWS command of README and docs/aws.md", () => {
  const weeks = readFileSync(file("two-weeks.full.test.ts"), "utf8");
  const untried = [...documentedCommands()].filter(
    (command) => !weeks.includes(JSON.stringify(command)) && !(command in runElsewhere),
  );
  expect(untried).toEqual([]);
});

it("the tests that run the others exist, and every listed command is in the pages", () => {
  expect(Object.values(runElsewhere).filter((name) => !existsSync(file(name)))).toEqual([]);
  const documented = documentedCommands();
  expect(Object.keys(runElsewhere).filter((command) => !documented.has(command))).toEqual([]);
});
