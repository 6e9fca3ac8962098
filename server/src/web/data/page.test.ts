import { BSON } from "mongodb";
import { expect, it } from "vitest";
import { documentLimits } from "../../contract/documents.ts";
import { pageOf } from "./page.ts";

const stored = (id: string, text = ""): Uint8Array =>
  BSON.serialize({ _id: id, owner: null, createdAt: new Date(0), document: { text } });

const idsOf = (...found: [found: readonly unknown[], count: number]): [string[], boolean] => {
  const { documents, more } = pageOf(...found);
  return [documents.map(({ id }) => id), more];
};

it("a page has at most the wanted number of documents, and says whether there are more", () => {
  const found = ["a", "b", "c"].map((id) => stored(id));
  expect(idsOf(found, 3)).toEqual([["a", "b", "c"], false]);
  expect(idsOf(found, 2)).toEqual([["a", "b"], true]);
});

it("a page ends with the document that exceeds its bytes, and those after it are not even read", () => {
  const large = "x".repeat(documentLimits.pageBytes);
  const unreadable = new Uint8Array(8);
  expect(idsOf([stored("a"), stored("b", large), unreadable], 25)).toEqual([["a", "b"], true]);
});
