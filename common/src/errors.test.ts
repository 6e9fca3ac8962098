import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { endWith, errorCode, UserError } from "./errors.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

it.each([
  ["a missing file", thrownBy(() => readFileSync("/no/such/file")), "ENOENT"],
  ["an invalid URL", thrownBy(() => new URL("")), "ERR_INVALID_URL"],
  ["a fault of the user", new UserError("set PORT"), undefined],
  ["a code that is no text", Object.assign(new Error("no"), { code: 1 }), undefined],
  ["a value that is no error", { code: "ENOENT" }, undefined],
])("has the code of %s", (_, error, code) => {
  expect(errorCode(error)).toBe(code);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it("ends a command with the message and the exit code of a fault of the user", () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  endWith(new UserError("set PORT", { exitCode: 3 }));
  expect([write.mock.calls, process.exitCode]).toEqual([[["set PORT\n"]], 3]);
});

it("throws a defect instead of ending the command with it", () => {
  const defect = new TypeError("x is undefined");
  expect(() => endWith(defect)).toThrow(defect);
});
