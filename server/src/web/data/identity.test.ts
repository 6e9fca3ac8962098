import { expect, it } from "vitest";
import { documentIdPattern } from "../../contract/documents.ts";
import { documentIdOf, fingerprintOf } from "./identity.ts";

const callers: [owner: string | undefined, key: string][] = [
  ["mara", "k"],
  ["max", "k"],
  [undefined, "k"],
  ["", "k"],
  ["undefined", "k"],
  ["mara", "K"],
  ["mara", ""],
  // The same characters, divided otherwise.
  ["mar", "ak"],
  ["mara4:", "k"],
  ["Зоя 👩‍👧", "k"],
  ["mara", "k".repeat(255)],
];

it.each(callers)("the ID of the caller %j and the key %j is the same at each repetition", (owner, key) => {
  expect(documentIdOf(owner, key)).toMatch(documentIdPattern);
  expect(documentIdOf(owner, key)).toBe(documentIdOf(owner, key));
});

it("no other caller and no other key has it", () => {
  expect(new Set(callers.map((caller) => documentIdOf(...caller))).size).toBe(callers.length);
});

it("without a key, each document has a new ID", () => {
  const ids = Array.from({ length: 1_000 }, () => documentIdOf("mara", undefined));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(documentIdPattern);
});

it("every byte of a body changes its fingerprint", () => {
  const bodies = ['{"a":1}', '{"a":2}', '{"a": 1}', '{"a":1}\n', "", "\u0000", "é", "e\u0301"].map((body) =>
    Buffer.from(body),
  );
  expect(new Set(bodies.map(fingerprintOf)).size).toBe(bodies.length);
  expect(fingerprintOf(Buffer.from('{"a":1}'))).toBe(fingerprintOf(Buffer.from('{"a":1}')));
  // The ID of a key is no fingerprint of a body: the two have their own digests.
  expect(documentIdOf(undefined, "k").slice(1)).not.toContain(fingerprintOf(Buffer.from("k")).slice(0, 16));
});
