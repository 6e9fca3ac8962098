import { MongoNetworkError, MongoServerError } from "mongodb";
import { expect, it } from "vitest";
import { ProblemError } from "../../shared/answer.ts";
import { isRepeatable, mayBeDone, meansDown } from "./failures.ts";

const noConnection = Object.assign(new Error("in the queue"), { name: "MongoWaitQueueTimeoutError" });

it.each([
  ["a lost connection", new MongoNetworkError("closed"), [true, true, true]],
  ["a server that shuts down", new MongoServerError({ code: 91 }), [true, true, false]],
  ["a wrong password", new MongoServerError({ code: 18 }), [true, false, false]],
  ["an operation that took too long", new MongoServerError({ code: 50 }), [false, false, false]],
  ["no free connection, as on a busy machine", noConnection, [false, true, false]],
  ["what the route refuses", new ProblemError("not-found", "none"), [false, false, true]],
] as const)("%s: whether the server is down, a retry helps, the write may be done", (_, error, expected) => {
  expect([meansDown(error), isRepeatable(error), mayBeDone(error)]).toEqual(expected);
});
