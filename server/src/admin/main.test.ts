import { expect, it } from "vitest";
import { startProgram } from "../../../test/support/program.ts";

/** Output and exit code of `npm run tasks`; no Redis listens at its address. */
async function tasks(...args: string[]): Promise<[string, number | null]> {
  const env = { ...process.env, REDIS_URL: "redis://user:secret-word@127.0.0.1:1" };
  const program = startProgram(process.execPath, [`${import.meta.dirname}/main.ts`, ...args], { env });
  const code = await program.ended;
  return [program.output(), code];
}

const id = `t${"A".repeat(22)}`;

it.each([
  [["list", "--count", "x"], /'x' is invalid\. Give a whole number from 1 to 1000\./],
  [["list", "--count", "0"], /'0' is invalid\. Give a whole number/],
  [["list", "--count", "1.5"], /'1\.5' is invalid\. Give a whole number/],
  [["list", "--count", "1001"], /'1001' is invalid\. Give a whole number/],
  [["list", "--state", "done"], /'done' is invalid\. Allowed choices are waiting, active, completed, failed\./],
  [["list", "more"], /too many arguments/],
  [["list", "--sta", "failed"], /Did you mean --state/],
  [["show", "meta"], /'meta' is invalid.* An ID has 23 characters/],
  [["show"], /missing required argument/],
  [["drop"], /missing required argument/],
  [["drop", id, "wait"], /'wait' is invalid.* An ID has 23 characters/],
  [["retry"], /^retry needs one or more IDs, or --all$/m],
  [["retry", "--all", id], /^retry needs one or more IDs, or --all$/m],
  [["retry", id], /^Redis cannot be used \(ECONNREFUSED\): check REDIS_URL and REDIS_PASSWORD$/m],
])("%j is refused with what to do, and quotes no secret", async (args, says) => {
  const [printed, code] = await tasks(...args);
  expect(printed).toMatch(says);
  expect(printed).not.toMatch(/secret-word|\n +at /);
  expect(code).toBe(2);
});
