import { storable, treeOfBson } from "../shared/data/bson.ts";
import { parseTree } from "../shared/data/parse.ts";
import type { StoredFields } from "../shared/data/stored.ts";
import { textOf, type Tree } from "../shared/data/tree.ts";
import { BSON } from "mongodb";

/** A number in canonical extended JSON, with the type that MongoDB's driver stores. */
function numberOf(value: number): Tree {
  const isInt32 = Number.isInteger(value) && value === Math.trunc(value) && Math.abs(value + 0.5) < 2 ** 31;
  if (isInt32) return new Map([["$numberInt", String(value)]]);
  const text = String(value);
  return new Map([["$numberDouble", /^-?\d+$/.test(text) ? `${text}.0` : text]]);
}

function extended(tree: Tree): Tree {
  if (typeof tree === "number") return numberOf(tree);
  if (Array.isArray(tree)) return tree.map(extended);
  if (!(tree instanceof Map)) return tree;
  return new Map(Array.from(tree, ([key, value]) => [key, extended(value)]));
}

function noStoredDocument(): SyntaxError {
  return new SyntaxError("a line of the backup is no stored document");
}

/** A number of a text that is one: JSON has no NaN and no infinity, and Number("") is 0. */
function finite(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw noStoredDocument();
  return number;
}

function plain(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(plain);
  if (!(tree instanceof Map)) return tree;
  const number = tree.get("$numberInt") ?? tree.get("$numberDouble");
  if (typeof number === "string") return finite(number);
  return new Map(Array.from(tree, ([key, value]) => [key, plain(value)]));
}

/** A stored document, from its BSON, as one line of canonical extended JSON (MongoDB's Extended JSON v2). */
export function lineOf(bson: Uint8Array): string {
  const { _id, owner, createdAt, fingerprint, document } = BSON.deserialize(bson, { raw: true });
  const milliseconds = String(new Date(createdAt).getTime());
  return textOf(
    new Map<string, Tree>([
      ["_id", String(_id)],
      ["owner", owner === null ? null : String(owner)],
      ["createdAt", new Map([["$date", new Map([["$numberLong", milliseconds]])]])],
      ["fingerprint", String(fingerprint)],
      ["document", extended(storable(treeOfBson(document)))],
    ]),
  );
}

const anything = { depth: 1_000, keyFault: () => undefined };

function stringIn(tree: Tree | undefined): string {
  if (typeof tree === "string") return tree;
  throw noStoredDocument();
}

function dateIn(tree: Tree | undefined): Date {
  const number = tree instanceof Map ? tree.get("$date") : undefined;
  const date = new Date(finite(stringIn(number instanceof Map ? number.get("$numberLong") : undefined)));
  if (Number.isNaN(date.getTime())) throw noStoredDocument();
  return date;
}

/** The stored document of such a line. Throws SyntaxError if it is none. */
export function fieldsOf(line: string): StoredFields {
  const tree = parseTree(line, anything);
  const fields = tree instanceof Map ? tree : new Map<string, Tree>();
  const [owner, document] = [fields.get("owner"), fields.get("document")];
  if (!(document instanceof Map)) throw noStoredDocument();
  return {
    _id: stringIn(fields.get("_id")),
    owner: owner === null ? null : stringIn(owner),
    createdAt: dateIn(fields.get("createdAt")),
    fingerprint: stringIn(fields.get("fingerprint")),
    document: plain(document),
  };
}
