import { expect, it } from "vitest";
import { environment, faults, production } from "../../test/support/fixture.ts";

it.each([undefined, "analyze example"])("the URL is not a second fault of the domain %j", (domain) => {
  const message = faults(environment({ ...production, ANALYZE_DOMAIN: domain }));
  expect(message).toContain("ANALYZE_DOMAIN");
  expect(message).not.toContain("ANALYZE_URL");
});
