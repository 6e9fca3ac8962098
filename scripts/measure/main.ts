import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { applyUsageRules } from "@analyze/common/usage";
import { Command } from "commander";
import { type Figures, isTest, measure, type Tree, wordCount } from "./figures.ts";

surviveClosedPipes();

// Size and structure of the code, and the words of the docs, per folder: `npm run measure -- [--at COMMIT] [--apart PATTERN] [--one-importer]`.
const program = new Command()
  .name("npm run measure --")
  .description("Prints size and structure of the code, and the words of the docs.")
  .option("--at <commit>", "measure this commit, not the working tree")
  .option("--apart <pattern>", "a regular expression: files whose path it matches are measured apart", "^$")
  .option("--one-importer", "list the files that exactly one file imports");
applyUsageRules(program);
const { at, apart, oneImporter } = program.parse().opts<{ at?: string; apart: string; oneImporter?: true }>();

const tree = readTree();
const isApart = (path: string): boolean => new RegExp(apart).test(path);
const isProgram = (path: string): boolean => !isTest(path) && !isApart(path);
const all = measure(tree, isProgram);
const folders = [...new Set([...tree.keys()].filter(isProgram).map(folderOf))].filter(
  (folder) => measure(tree, (path) => folderOf(path) === folder && isProgram(path)).files > 0,
);

show([
  ["", "files", "lines", "file median / max", "function median / p90 / max", "one importer"],
  ...folders.map((folder) =>
    row(
      folder,
      measure(tree, (path) => folderOf(path) === folder && isProgram(path)),
    ),
  ),
  row("all", all),
  row(
    "of these in src",
    measure(tree, (path) => isProgram(path) && path.includes("/src/")),
  ),
  row(
    "apart",
    measure(tree, (path) => !isTest(path) && isApart(path)),
  ),
  row(
    "tests, bench",
    measure(tree, (path) => isTest(path) && !isApart(path)),
  ),
]);
const used = measure(tree, isProgram, () => true).oneImporter.length;
process.stdout.write(`One importer, with tests and benchmarks as importers: ${used}\n\n`);
if (oneImporter) process.stdout.write(`${all.oneImporter.join("\n")}\n\n`);
show([["page", "words"], ...pages().map(([path, words]) => [path, String(words)])]);

function readTree(): Tree {
  const list = at === undefined ? git("ls-files") : git("ls-tree", "-r", "--name-only", at);
  const paths = list.split("\n").filter((path) => /\.(ts|mjs|md)$/.test(path));
  return new Map(
    paths.map((path) => [path, at === undefined ? readFileSync(path, "utf8") : git("show", `${at}:${path}`)]),
  );
}

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : ".";
}

function row(name: string, { files, lines, file, function: fn, oneImporter: single }: Figures): string[] {
  const figures = [files, lines, `${file.median} / ${file.max}`, `${fn.median} / ${fn.p90} / ${fn.max}`, single.length];
  return [name, ...figures.map(String)];
}

function pages(): [string, number][] {
  const counted = [...tree]
    .filter(([path]) => path.endsWith(".md"))
    .map(([path, text]): [string, number] => [path, wordCount(text)]);
  return [...counted, ["all", counted.reduce((sum, [, words]) => sum + words, 0)]];
}

function show(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  for (const cells of rows) {
    process.stdout.write(
      `${cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
  process.stdout.write("\n");
}
