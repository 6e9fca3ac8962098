import { posix } from "node:path";
import { parseSync, type Span, Visitor } from "oxc-parser";

/** Text by path, as in git. */
export type Tree = ReadonlyMap<string, string>;

export interface Figures {
  files: number;
  lines: number;
  /** Lines per file and per named function; an inline callback is part of the function around it. */
  file: { median: number; max: number };
  function: { median: number; p90: number; max: number };
  /** Files that exactly one other file imports. */
  oneImporter: string[];
}

/** A test, or a file that only tests and benchmarks use. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|(^|\/)(test|bench|testdata)\/|vitest\.config/.test(path);
}

/** The figures of the files that `within` accepts. Importers are counted among those that `importing` accepts. */
export function measure(
  tree: Tree,
  within: (path: string) => boolean,
  importing: (path: string) => boolean = (path) => !isTest(path),
): Figures {
  const files = [...tree].filter(([path]) => /\.(ts|mjs)$/.test(path) && within(path));
  const lengths = files.map(([, text]) => lineCount(text)).sort((a, b) => a - b);
  const functions = files.flatMap(([path, text]) => functionLengths(path, text)).sort((a, b) => a - b);
  const importers = importersOf(tree, importing);
  return {
    files: files.length,
    lines: lengths.reduce((sum, length) => sum + length, 0),
    file: { median: quantile(lengths, 0.5), max: lengths.at(-1) ?? 0 },
    function: { median: quantile(functions, 0.5), p90: quantile(functions, 0.9), max: functions.at(-1) ?? 0 },
    oneImporter: files.map(([path]) => path).filter((path) => importers.get(path)?.size === 1),
  };
}

/** The words of a page, as `wc -w` counts them, borders of tables included. */
export function wordCount(page: string): number {
  return page.trim().split(/\s+/).length;
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}

function functionLengths(path: string, text: string): number[] {
  const lengths: number[] = [];
  const see = (node: Span & { type: string }): void => {
    if (/Function(Declaration|Expression)$/.test(node.type))
      lengths.push(text.slice(node.start, node.end).split("\n").length);
  };
  new Visitor({
    FunctionDeclaration: see,
    VariableDeclarator: ({ init }) => init && see(init),
    MethodDefinition: ({ value }) => see(value),
    PropertyDefinition: ({ value }) => value && see(value),
    Property: ({ value }) => see(value),
  }).visit(parseSync(path, text).program);
  return lengths;
}

function importersOf(tree: Tree, importing: (path: string) => boolean): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>();
  for (const [path, text] of tree) {
    if (!/\.(ts|mjs)$/.test(path) || !importing(path)) continue;
    for (const [, specifier = ""] of text.matchAll(/(?:from|import|import\()\s*"([^"]+)"/g)) {
      const target = resolve(path, specifier);
      importers.set(target, (importers.get(target) ?? new Set()).add(path));
    }
  }
  return importers;
}

/** Where an import leads: a file beside it, or a workspace (`@analyze/common/time`, `@analyze/server/contract/limits`, `@analyze/certs`). */
function resolve(path: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier);
  const [, workspace, file] = /^@analyze\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  return posix.join(workspace ?? "", "src", `${file ?? "index"}.ts`);
}
