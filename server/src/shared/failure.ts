import { problemAnswer, ProblemError, type Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import type { Logger } from "./logger.ts";

/** How many causes are logged: an error can be among its own. */
const mostCauses = 8;

/** What an error says. One of all addresses of a name has no message: then what each of them says. */
function messageOf(error: Error, left: number): string {
  if (error.message !== "") return error.message;
  if (!(error instanceof AggregateError) || left === 0) return error.name;
  return error.errors.map((one) => reason(one, left - 1)).join(", ");
}

function reason(cause: unknown, left = mostCauses): string {
  if (!(cause instanceof Error)) return String(cause);
  const message = messageOf(cause, left);
  return cause.cause === undefined || left === 0 ? message : `${message}: ${reason(cause.cause, left - 1)}`;
}

function problemOf(error: unknown, { requestId, route }: Exchange, logger: Logger): ProblemError {
  if (error instanceof ProblemError) return error;
  logger.error({ requestId, route, err: error }, "unexpected error");
  return new ProblemError("internal-error", "Internal error. Quote the request ID.");
}

/** The answer to a request whose route threw this error. Logs what the operator must know. */
export function failureAnswer(error: unknown, exchange: Exchange, logger: Logger): Answer {
  const problem = problemOf(error, exchange, logger);
  const answer = problemAnswer(problem, exchange.requestId);
  exchange.problem = problem.code;
  if (answer.status >= 500 && problem === error && problem.code !== "draining") {
    const { requestId, route } = exchange;
    logger.warn({ requestId, route, problem: problem.code, reason: reason(problem) }, "failure");
  }
  return answer;
}
