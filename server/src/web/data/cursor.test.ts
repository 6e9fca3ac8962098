import { describe, expect, it } from "vitest";
import { ProblemError } from "../../shared/answer.ts";
import { digestOf } from "../idempotency.ts";
import { cursorOf, positionOf } from "./cursor.ts";

const position = { createdAt: new Date(Date.UTC(2026, 10, 21, 9, 22, 35, 123)), id: "dAAAAAAAAAAAAAAAAAAAAA-" };

/** A cursor with the check of this owner, as somebody can make who reads the code. */
function forged(ms: string, id: string, owner?: string): string {
  const check = digestOf("cursor", owner, `${ms} ${id}`).toString("base64url", 0, 9);
  return Buffer.from(`${ms} ${id} ${check}`).toString("base64url");
}

it.each([
  [position, undefined],
  [position, "mara"],
  [position, ""],
  [position, "Зоя 👩‍👧"],
  [{ ...position, createdAt: new Date(0) }, "mara"],
  [{ ...position, createdAt: new Date(8_640_000_000_000_000) }, "mara"],
])("the cursor of %j and %j leads to it, in characters that a query needs not encode", (wanted, owner) => {
  const cursor = cursorOf(wanted, owner);
  expect(cursor).toMatch(/^[\w-]{1,128}$/);
  expect(positionOf(cursor, owner)).toEqual(wanted);
});

describe("is rejected with 422", () => {
  const cursor = cursorOf(position, "mara");
  const later = cursorOf({ ...position, createdAt: new Date(position.createdAt.getTime() + 1) }, "mara");

  it.each<[what: string, cursor: string, owner: string | undefined]>([
    ["the cursor of another caller", cursor, "max"],
    ["the cursor of a caller, without one", cursor, undefined],
    ["the cursor without a caller, of one", cursorOf(position, undefined), "mara"],
    ["the cursor of a caller without name, without one", cursorOf(position, ""), undefined],
    ["nothing", "", "mara"],
    ["half a cursor", cursor.slice(0, cursor.length / 2), "mara"],
    ["a cursor with its end removed", cursor.slice(0, -1), "mara"],
    ["a cursor with something after it", `${cursor}A`, "mara"],
    ["a cursor in another notation of base64", `${cursor}==`, "mara"],
    ["a cursor with a space in it", `${cursor.slice(0, 9)} ${cursor.slice(9)}`, "mara"],
    ["the time of one and the check of another", later.slice(0, 20) + cursor.slice(20), "mara"],
    ["a text", "next", "mara"],
    ["other scripts", "следующая👩‍👧", "mara"],
    ["a huge one", "A".repeat(100_000), "mara"],
    ["a time in another notation", forged("1e3", position.id, "mara"), "mara"],
    ["a time with zeros", forged("0001000", position.id, "mara"), "mara"],
    ["a time that no Date has", forged("8640000000000001", position.id, "mara"), "mara"],
    ["no number", forged("NaN", position.id, "mara"), "mara"],
    ["infinity", forged("Infinity", position.id, "mara"), "mara"],
    ["a fourth part", forged("1000", `${position.id} x`, "mara"), "mara"],
    ["an id of other scripts", forged("1000", "dя", "mara"), "mara"],
  ])("%s", (_, text, owner) => {
    const read = () => positionOf(text, owner);
    expect(read).toThrow(ProblemError);
    expect(read).toThrow(expect.objectContaining({ code: "invalid-field" }));
  });
});
