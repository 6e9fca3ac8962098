import { describe, expect, it } from "vitest";
import { TimeUp } from "./connection.ts";
import { describeFailure, TooLong } from "./failure.ts";

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

describe("an error as data", () => {
  it.each([
    ["a code", coded("ECONNREFUSED", "connect ECONNREFUSED"), "ECONNREFUSED", "connect ECONNREFUSED"],
    ["no code: its name", named("SomeError", "oh"), "SomeError", "oh"],
    ["a code that is no text: its name", Object.assign(new Error("oh"), { code: 7 }), "Error", "oh"],
    ["a thrown value that is no error", "oh", "UNKNOWN", "oh"],
    ["the end of the time", new TimeUp(), "TIMEOUT", "no complete answer in time"],
    ["an answer that is too long", new TooLong(9), "TOO_LONG", "the answer is longer than 9 bytes"],
    [
      "several addresses: the first one's message",
      Object.assign(new AggregateError([new Error("one"), new Error("two")], "all"), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
      "one",
    ],
    ["several values that are no errors", new AggregateError(["one"], "all"), "AggregateError", "one"],
    [
      "an OpenSSL error that Node has no name for",
      coded("UNSPECIFIED", "permitted subtree violation"),
      "PERMITTED_SUBTREE_VIOLATION",
      "permitted subtree violation",
    ],
    [
      "an OpenSSL message, without object address and source location",
      coded("ERR_SSL_X", "80B24C2A6F7F0000:error:0A000458:SSL routines:fn:reason:../deps/rec.c:9:\n"),
      "ERR_SSL_X",
      "SSL routines:fn:reason",
    ],
    [
      "Node's advice to trust more CAs",
      coded("SELF", "self-signed certificate; if the root CA is installed locally, try running Node with x"),
      "SELF",
      "self-signed certificate",
    ],
  ])("of %s", (_, error, code, message) => {
    expect(describeFailure(error, "tls", false)).toEqual({ code, message, phase: "tls" });
  });

  it.each([
    ["HTTPParserError", "Response does not match (Expected HTTP/)", false, "Expected HTTP/"],
    ["HTTPParserError", "no parentheses", false, "no parentheses"],
    ["ResponseContentLengthMismatchError", "x", false, "Content-Length twice, or a malformed header"],
  ])("of %s with %j is invalid HTTP", (name, text, answered, message) => {
    expect(describeFailure(named(name, text), "wait", answered)).toEqual({
      code: "INVALID_HTTP",
      message,
      phase: "wait",
    });
  });

  it("keeps the message of a length mismatch after the head", () => {
    const error = Object.assign(named("ResponseContentLengthMismatchError", "short"), { code: "UND_ERR_X" });
    expect(describeFailure(error, "wait", true)).toEqual({ code: "UND_ERR_X", message: "short", phase: "wait" });
  });
});
