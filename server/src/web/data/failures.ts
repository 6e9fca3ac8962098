import { MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from "mongodb";
import { ProblemError } from "../../shared/answer.ts";
import { reasonOf } from "../../shared/data/client.ts";

/** Thrown instead of trying MongoDB while it does not answer. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** Thrown where MongoDB has not answered in time. What was sent may still be executed. */
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

/** Whether the server is to be taken as down after this error, rather than one operation as failed. */
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

/** Whether a write that failed may have been executed: not where no server was found, nor where it was refused. */
export function mayBeDone(error: unknown): boolean {
  if (error instanceof MongoWriteConcernError) return true;
  return !(
    error instanceof MongoServerError ||
    error instanceof MongoServerSelectionError ||
    error instanceof Unavailable ||
    hasNoConnection(error)
  );
}

/** The problem of a MongoDB that cannot be used. With `id`: that of the document that may have been stored all the same. */
export function unavailable(error: unknown, id?: string): ProblemError {
  const address = id === undefined ? undefined : `/data/${id}`;
  const reason = error instanceof Unavailable ? error.message : reasonOf(error);
  const detail = address
    ? `MongoDB did not answer (${reason}). The document may have been stored all the same: GET ${address} tells.`
    : `MongoDB cannot be used (${reason}).`;
  // The cause is not kept: messages of the driver can quote addresses and values.
  return new ProblemError("dependency-unavailable", detail, {
    headers: { "retry-after": "1", ...(address ? { location: address } : {}) },
  });
}
