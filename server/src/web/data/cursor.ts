import { ProblemError } from "../../shared/answer.ts";
import { digestOf } from "../idempotency.ts";
import type { Position } from "./store.ts";

function checkOf(position: string, owner: string | undefined): string {
  return digestOf("cursor", owner, position).toString("base64url", 0, 9);
}

/** The cursor of a position in the list of this owner. */
export function cursorOf({ createdAt, id }: Position, owner: string | undefined): string {
  const position = `${createdAt.getTime()} ${id}`;
  return Buffer.from(`${position} ${checkOf(position, owner)}`).toString("base64url");
}

/** The position of a cursor. Throws ProblemError 422 for a text that is no cursor of this owner. */
export function positionOf(cursor: string, owner: string | undefined): Position {
  const [ms = "", id = "", check = "", ...more] = Buffer.from(cursor, "base64url").toString("latin1").split(" ");
  const position: Position = { createdAt: new Date(Number(ms)), id };
  const isTime = !Number.isNaN(position.createdAt.getTime());
  if (isTime && more.length === 0 && check === checkOf(`${ms} ${id}`, owner) && cursorOf(position, owner) === cursor)
    return position;
  throw new ProblemError("invalid-field", "The cursor must be the `next` of an earlier page of the same caller.");
}
