import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const requirements = readFileSync("test/support/requirements.ts", "utf8");
const ci = readFileSync(".ci/lib.sh", "utf8");

function hinted(installer: string): string[] {
  return [...requirements.matchAll(new RegExp(`install: "${installer} install ([^"]+)"`, "g"))].flatMap(
    ([, names = ""]) => names.replaceAll("'", "").split(" "),
  );
}

it.each(hinted("apt-get"))(".ci/run installs Debian's %s, which a requirement names", (name) => {
  expect(ci).toMatch(new RegExp(`(need \\S+|packages\\+=\\() ?${name}\\b`));
});

it.each(hinted("pip"))(".ci/run installs Python's %s, which a requirement names", (name) => {
  expect(ci).toContain(` ${name.includes("[") ? `'${name}` : name}==`);
});

it("there are requirements of both kinds", () => {
  expect(hinted("apt-get").length).toBeGreaterThan(5);
  expect(hinted("pip").length).toBeGreaterThan(3);
});
