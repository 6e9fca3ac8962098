import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { problemTypes } from "../../server/src/contract/problems.ts";

const nginx = new URL("../../nginx/", import.meta.url);

/** The entries of one `map` in parts/problems.conf without its default and quotes. */
function entriesOf(variable: string): [key: string, value: string][] {
  const text = readFileSync(new URL("parts/problems.conf", nginx), "utf8");
  const [, block = ""] = text.split(`$${variable} {`);
  const lines = block.slice(0, block.indexOf("\n}")).matchAll(/^ +(?:"([^"]*)"|(\S+)) +(?:"([^"]*)"|(\S+));$/gm);
  const entries = Array.from(lines, ([, quotedKey, key, quoted, plain]): [string, string] => [
    quotedKey ?? key ?? "",
    quoted ?? plain ?? "",
  ]);
  return entries.filter(([key]) => key !== "default");
}

it("the edge's own problems have the codes, statuses and titles of the contract", () => {
  const contract = new Map(Object.entries(problemTypes).map(([code, { status, title }]) => [code, { status, title }]));
  const titles = new Map(entriesOf("problem_title"));
  const codes = entriesOf("problem_code");
  expect(codes.length).toBeGreaterThan(10);
  for (const [status, code] of codes)
    expect({ code, status: Number(status), title: titles.get(status) }).toEqual({ code, ...contract.get(code) });
});

it("every status that error_page sends to a problem has a code, a title and a detail", () => {
  const answers = readFileSync(new URL("parts/answers.conf", nginx), "utf8");
  const shown = Array.from(answers.matchAll(/^error_page ([\d ]+?)(?:=(\d+) )?\/edge-problem;/gm)).flatMap(
    ([, caught = "", answered]) => (answered === undefined ? caught.trim().split(/ +/) : [answered]),
  );
  const statuses = [...new Set(shown)].sort();
  for (const variable of ["problem_code", "problem_title", "problem_detail"]) {
    const keys = entriesOf(variable).map(([key]) => key.replace("https ", ""));
    expect(keys.filter((key) => key !== "~^http ").sort()).toEqual(statuses);
  }
});
