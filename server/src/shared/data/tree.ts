/**
 * A JSON value whose objects keep the order of their keys. JavaScript's own objects do not: they list keys that look like
 * an index first.
 */
export type Tree = null | boolean | number | string | Tree[] | TreeObject;
export type TreeObject = Map<string, Tree>;

/** The JSON text of a tree. */
export function textOf(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(textOf).join(",")}]`;
  if (!(tree instanceof Map)) return JSON.stringify(tree);
  return `{${Array.from(tree, ([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(",")}}`;
}
