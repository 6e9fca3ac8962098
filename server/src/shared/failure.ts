import { problemAnswer, ProblemError, type Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import type { Logger } from "./logger.ts";

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message}: ${reason(cause.cause)}`;
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
