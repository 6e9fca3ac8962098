import { ProblemError } from "../../shared/answer.ts";
import { digestOf } from "../idempotency.ts";
import type { Position } from "./store.ts";

/** The cursor of a position in the list of this owner. */
export function cursorOf({ createdAt, id }: Position, owner: string | undefined): string {
  const position = `${createdAt.getTime()} ${id}`;
  const check = digestOf("cursor", owner, position).toString("base64url", 0, 9);
  return Buffer.from(`${position} ${check}`).toString("base64url");
}

/** The position of a cursor. Throws ProblemError 422 for a text that is no cursor of this owner. */
export function positionOf(cursor: string, owner: string | undefined): Position {
  const [ms = "", id = ""] = Buffer.from(cursor, "base64url").toString("latin1").split(" ");
  const position: Position = { createdAt: new Date(Number(ms)), id };
  if (!Number.isNaN(position.createdAt.getTime()) && cursorOf(position, owner) === cursor) return position;
  throw new ProblemError("invalid-field", "The cursor must be the `next` of an earlier page of the same caller.");
}
