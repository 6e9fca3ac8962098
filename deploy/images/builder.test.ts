import { expect, it } from "vitest";
import { withoutBuilder } from "./builder.ts";

it.each([
  [
    1,
    "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information\n",
    /^Docker has no buildx: install/,
  ],
  [1, "docker: 'buildx' is not a docker command.\nSee 'docker --help'\n", /^Docker has no buildx: install/],
  [1, 'ERROR: no builder "x" found\n', /^Docker's builder does not answer: .*\n {2}ERROR: no builder "x" found$/],
  [127, "docker is not installed: install Docker", /^docker is not installed/],
])("a builder that is missing (%i, %j) is explained", (code, stderr, explained) => {
  expect(withoutBuilder(code, stderr)).toMatch(explained);
});
