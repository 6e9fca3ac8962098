import { expect, it } from "vitest";
import { isTest, measure, type Tree, wordCount } from "./figures.ts";

const tree: Tree = new Map([
  ["client/src/main.ts", 'import { a } from "./a.ts";\nimport { b } from "./b.ts";\na(b);\n'],
  [
    "client/src/a.ts",
    'import type { B } from "./b.ts";\nexport function a(b: B): void {\n  [1].map((n) => {\n    return n;\n  });\n}\n',
  ],
  [
    "client/src/b.ts",
    'import { day } from "@analyze/common/time";\nexport const b = () => day;\nexport interface B {}\n',
  ],
  ["client/src/b.test.ts", 'import { b } from "./b.ts";\nimport { run } from "../test/run.ts";\nrun(b);\n'],
  ["client/test/run.ts", 'export { a as run } from "../src/a.ts";\n'],
  ["common/src/time.ts", "export const day = 86_400_000;\n"],
  ["README.md", "# Title\n\n| a | b |\n"],
]);
const program = (path: string): boolean => !isTest(path);

it("counts files and lines of the program, without tests and their helpers", () => {
  expect(measure(tree, program)).toMatchObject({ files: 4, lines: 13, file: { median: 3, max: 6 } });
});

it("counts an inline callback as part of the function around it", () => {
  expect(measure(tree, program).function).toStrictEqual({ median: 5, p90: 5, max: 5 });
});

it("lists files with exactly one importer, across workspaces, and does not count tests", () => {
  expect(measure(tree, program).oneImporter).toStrictEqual(["client/src/a.ts", "common/src/time.ts"]);
});

it("counts tests as importers on request", () => {
  expect(measure(tree, program, () => true).oneImporter).toStrictEqual(["common/src/time.ts"]);
});

it("counts the words of a page as wc does", () => {
  expect(wordCount(tree.get("README.md") ?? "")).toBe(7);
});
