import { expect, it } from "vitest";
import { explain } from "./explain.ts";
import { PolicyViolation } from "./policy/violation.ts";

it.each([
  ["CredentialsProviderError", /aws configure/],
  ["ExpiredTokenException", /log in again/],
  ["AccessDeniedException", /docs\/aws\.md/],
])("tells a person what to do about %s", (name, advice) => {
  expect(explain(Object.assign(new Error("no"), { name }))).toMatch(advice);
});

it("shows no stack for what was foreseen, and the stack for what was not", () => {
  expect(explain(new PolicyViolation("dev/x", "broken.", "Do this."))).toBe("dev/x: broken. Do this.");
  expect(explain(new TypeError("a defect"))).toMatch(/a defect\n +at /);
});
