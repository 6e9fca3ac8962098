import { expect, test } from "vitest";
import { describeFindings, type Finding } from "./finding.ts";

const warn = (name: string, ...todo: string[]): Finding => ({ level: "warn", name, what: "so it is", todo });

test("what several findings in a row ask for is said once, below the last of them", () => {
  expect(describeFindings([warn("a", "patch"), warn("b", "patch"), warn("c", "buy", "or wait")])).toBe(
    [
      "  ! a: so it is",
      "  ! b: so it is",
      "      → patch",
      "  ! c: so it is",
      "      → buy",
      "      → or wait",
      "",
    ].join("\n"),
  );
});

test("what stops the work is marked otherwise than what only costs", () => {
  expect(describeFindings([{ ...warn("a", "do"), level: "stop" }])).toMatch(/^ {2}✗ a/);
});
