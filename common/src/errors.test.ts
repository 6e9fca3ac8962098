import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorCode, UserError } from "./errors.ts";

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
  ["what is no error", { code: "ENOENT" }, undefined],
])("has the code of %s", (_, error, code) => {
  expect(errorCode(error)).toBe(code);
});
