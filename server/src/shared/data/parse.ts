import { inexactnessOf } from "./numbers.ts";
import type { Tree, TreeObject } from "./tree.ts";

/** What a JSON text may hold besides what can be stored exactly. */
export interface TreeRules {
  /** Levels of objects and arrays. */
  depth: number;
  /** Why a key is refused; undefined where it is not. */
  keyFault: (key: string) => string | undefined;
}

/** A value that cannot be stored as it was sent. `path`: its keys and indexes. */
export class TreeFault extends Error {
  override readonly name = "TreeFault";
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = [...path];
  }
}

/** Any whitespace, then a structural character, a string (with quotes) or another literal. */
const token = /[ \t\n\r]*([{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^ \t\n\r,\]}]+)/y;

const literals: Record<string, null | boolean> = { null: null, true: true, false: false };

/** Reads a text that JSON.parse has accepted, so it handles no syntax errors. */
class Reader {
  readonly #text: string;
  readonly #rules: TreeRules;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, rules: TreeRules) {
    this.#text = text;
    this.#rules = rules;
  }

  value(first = this.#next()): Tree {
    if (first === "{") return this.#nested(() => this.#object());
    if (first === "[") return this.#nested(() => this.#array());
    if (first.startsWith('"')) return this.#string(first);
    const literal = literals[first];
    return literal === undefined ? this.#number(first) : literal;
  }

  #next(): string {
    token.lastIndex = this.#at;
    const [, found = ""] = token.exec(this.#text) ?? [];
    this.#at = token.lastIndex;
    return found;
  }

  #fail(message: string): never {
    throw new TreeFault(this.#path, message);
  }

  #nested<T>(read: () => T): T {
    const { depth } = this.#rules;
    // Each key and index of the path is a level, and the outermost value has none.
    if (this.#path.length >= depth) this.#fail(`is nested more than ${depth} levels deep`);
    return read();
  }

  #object(): TreeObject {
    const object: TreeObject = new Map();
    for (let next = this.#next(); next !== "}"; next = this.#next()) {
      if (next === ",") continue;
      const key = this.#key(next, object);
      this.#next();
      this.#path.push(key);
      object.set(key, this.value());
      this.#path.pop();
    }
    return object;
  }

  #key(quoted: string, object: TreeObject): string {
    const key = this.#string(quoted);
    const fault = object.has(key) ? "has a key twice" : this.#rules.keyFault(key);
    return fault === undefined ? key : this.#fail(fault);
  }

  #array(): Tree[] {
    const array: Tree[] = [];
    for (let next = this.#next(); next !== "]"; next = this.#next()) {
      if (next === ",") continue;
      this.#path.push(array.length);
      array.push(this.value(next));
      this.#path.pop();
    }
    return array;
  }

  #string(quoted: string): string {
    const read: string = quoted.includes("\\") ? JSON.parse(quoted) : quoted.slice(1, -1);
    return read.isWellFormed() ? read : this.#fail("has half of a surrogate pair, which is no Unicode text");
  }

  #number(text: string): number {
    const fault = inexactnessOf(text);
    return fault === undefined ? Number(text) : this.#fail(fault);
  }
}

/**
 * The tree of a JSON text. Throws SyntaxError if it is not JSON, TreeFault for the first value that would change or
 * that the rules reject.
 */
export function parseTree(text: string, rules: TreeRules): Tree {
  JSON.parse(text);
  return new Reader(text, rules).value();
}
