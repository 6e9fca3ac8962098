import { MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from "mongodb";
import { ProblemError } from "../../shared/answer.ts";
import { reasonOf } from "../../shared/data/client.ts";

/** Thrown instead of an attempt while MongoDB does not answer. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** Thrown if MongoDB has not answered in time. The operation may still be executed. */
export class Overdue extends Error {
  override readonly name = "timeout";
}

/** Replies of a server that goes down or is no primary any more: it is as good as none. Others concern one operation. */
const goingDown = new Set([91, 189, 10_107, 11_600, 11_602, 13_435, 13_436]);
const authentication = 18;

/** Whether the operation found no free connection in time: others use them, or they are being opened. */
function hasNoConnection(error: unknown): boolean {
  return error instanceof Error && error.name === "MongoWaitQueueTimeoutError";
}

/** Whether this error means that the server is down, and not only that one operation failed. */
export function meansDown(error: unknown): boolean {
  if (error instanceof ProblemError || hasNoConnection(error)) return false;
  if (!(error instanceof MongoServerError)) return true;
  return error.code === authentication || goingDown.has(Number(error.code));
}

/** Whether the same operation may succeed at once when it is repeated: on a new connection, or on another server. */
export function isRepeatable(error: unknown): boolean {
  if (error instanceof ProblemError) return false;
  if (error instanceof MongoServerError) return goingDown.has(Number(error.code));
  return !(error instanceof MongoServerSelectionError || error instanceof Overdue || error instanceof Unavailable);
}

/** Whether a failed write may have been executed: not if no server was found, nor if it was rejected. */
export function mayBeDone(error: unknown): boolean {
  if (error instanceof MongoWriteConcernError) return true;
  return !(
    error instanceof MongoServerError ||
    error instanceof MongoServerSelectionError ||
    error instanceof Unavailable ||
    hasNoConnection(error)
  );
}

/** The problem of a MongoDB that cannot be used. `id`: of the document that may still have been stored. */
export function unavailable(error: unknown, id?: string): ProblemError {
  const address = id === undefined ? undefined : `/data/${id}`;
  const reason = error instanceof Unavailable ? error.message : reasonOf(error);
  const detail = address
    ? `MongoDB did not answer (${reason}). The document may have been stored all the same: GET ${address} tells.`
    : `MongoDB cannot be used (${reason}).`;
  // Without the cause: messages of the driver can quote addresses and values.
  return new ProblemError("dependency-unavailable", detail, {
    headers: { "retry-after": "1", ...(address ? { location: address } : {}) },
  });
}
