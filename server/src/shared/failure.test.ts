import { expect, it } from "vitest";
import { exchangeOn } from "../../testing/exchange.ts";
import { loggingForTest } from "../../testing/logging.ts";
import { problem } from "../contract/wire.ts";
import { ProblemError } from "./answer.ts";
import { failureAnswer } from "./failure.ts";

function failed(error: unknown) {
  const { logger, lines } = loggingForTest();
  const exchange = { ...exchangeOn(), route: "/analyze" };
  const { status, body } = failureAnswer(error, exchange, logger);
  return { exchange, status, problem: problem.parse(JSON.parse(body)), lines };
}

function unavailable(cause: unknown): ProblemError {
  return new ProblemError("dependency-unavailable", "The worker cannot be reached.", { cause });
}

/** Two errors that name each other as their cause. */
function cycle(): Error {
  const first = new Error("first");
  first.cause = new Error("second", { cause: first });
  return first;
}

const refusedTwice = new AggregateError([
  new Error("connect ECONNREFUSED ::1:8081"),
  new Error("connect ECONNREFUSED 127.0.0.1:8081"),
]);

it.each<[what: string, cause: unknown, reason: string]>([
  ["no cause", undefined, ""],
  ["a cause and its own", new Error("call failed", { cause: new Error("ECONNRESET") }), ": call failed: ECONNRESET"],
  ["a cause that is no error", "too late", ": too late"],
  [
    "the causes of a name with several addresses",
    refusedTwice,
    `: ${refusedTwice.errors.map(({ message }) => message).join(", ")}`,
  ],
  ["a cause without a message", new TypeError(), ": TypeError"],
])("a failure that the operator must know is logged with %s", (_, cause, reason) => {
  const { exchange, status, lines } = failed(unavailable(cause));
  expect(status).toBe(503);
  expect(lines).toEqual([
    {
      level: "warn",
      requestId: exchange.requestId,
      route: "/analyze",
      problem: "dependency-unavailable",
      reason: `The worker cannot be reached.${reason}`,
      msg: "failure",
    },
  ]);
});

/** An error of all addresses that is among them itself. */
function ownAddress(): Error {
  const all = new AggregateError([]);
  all.errors.push(all);
  return all;
}

it("an error that is one of its own addresses ends the reason", () => {
  const [line] = failed(unavailable(ownAddress())).lines;
  expect(line?.["reason"]).toBe("The worker cannot be reached.: AggregateError");
});

it("causes in a circle end the reason", () => {
  const [line] = failed(unavailable(cycle())).lines;
  expect(line?.["reason"]).toMatch(/^The worker cannot be reached\.: first: second: first/);
});

it.each(["malformed-request", "not-found", "draining"] as const)("%s is no failure to log", (code) => {
  const { exchange, lines } = failed(new ProblemError(code, "Detail."));
  expect(lines).toEqual([]);
  expect(exchange.problem).toBe(code);
});

it.each([new RangeError("secret of the caller"), "secret of the caller", undefined, null, { secret: true }])(
  "%s, thrown by a defect, is logged and not shown",
  (thrown) => {
    const { exchange, status, problem: shown, lines } = failed(thrown);
    expect([status, exchange.problem, shown.requestId]).toEqual([500, "internal-error", exchange.requestId]);
    expect(JSON.stringify(shown)).not.toContain("secret");
    expect(lines).toMatchObject([{ level: "error", msg: "unexpected error", requestId: exchange.requestId }]);
  },
);
