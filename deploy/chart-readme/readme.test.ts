import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readmeOf } from "./readme.ts";

const chart = "name: one\nversion: 1.2.3\ndescription: A chart\nkubeVersion: '>=1.30'\n";
const values = `
# Group of values
web:
  # First line
  # of two
  tag: ""
  list: []
  # a | b
  nested: { cpu: 1 }
`;

it("lists each value with its default and the comment above it", () => {
  expect(
    readmeOf(chart, values)
      .split("\n")
      .filter((line) => line.startsWith("| `")),
  ).toEqual([
    "| `web` |  | Group of values |",
    '| `web.tag` | `""` | First line of two |',
    "| `web.list` | `[]` |  |",
    "| `web.nested` |  | a \\| b |",
    "| `web.nested.cpu` | `1` |  |",
  ]);
});

it("the chart's README is what `npm run chart:readme` writes", () => {
  const [readme = "", ...sources] = ["README.md", "Chart.yaml", "values.yaml"].map((file) =>
    readFileSync(`ingress/${file}`, "utf8"),
  );
  expect(readme).toBe(readmeOf(sources[0] ?? "", sources[1] ?? ""));
});
