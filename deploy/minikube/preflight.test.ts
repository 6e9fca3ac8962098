import type { Finding } from "@analyze/common/finding";
import { expect, it, vi } from "vitest";
import { describeFindings, show } from "./preflight.ts";

const warning = (name: string, next: string): Finding => ({ name, state: "warning", saw: "so it is", next });

it("shows the next step of several consecutive findings once, below the last of them", () => {
  expect(describeFindings([warning("a", "patch"), warning("b", "patch"), warning("c", "buy\nor wait")])).toBe(
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

it("marks broken findings differently from warnings", () => {
  expect(describeFindings([{ ...warning("a", "do"), state: "broken" }])).toMatch(/^ {2}✗ a/);
});

it("names the broken findings in the error, which a log may have alone", () => {
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const findings = [{ ...warning("a", "do"), state: "broken" } as const, warning("b", "patch")];
  expect(() => show(findings)).toThrow("Correct the findings marked ✗ (a), then run this again.");
  stdout.mockRestore();
});

it("only counts and names warnings that were shown before, and shows a new one in full", () => {
  const text = describeFindings(
    [warning("a", "patch"), warning("b", "patch"), warning("c", "buy")],
    ["a", "b", "gone"],
  );
  expect(text).toBe(
    "  ! c: so it is\n      → buy\n  ! 2 warnings as before: a, b\n      → to see them: npm run doctor:cluster\n",
  );
});

it("counts one warning as one", () => {
  expect(describeFindings([warning("a", "patch")], ["a"])).toContain("! 1 warning as before: a\n");
});

it("shows broken findings in full, also if they were shown before", () => {
  expect(describeFindings([{ ...warning("a", "do"), state: "broken" }], ["a"])).toContain("✗ a: so it is");
});
