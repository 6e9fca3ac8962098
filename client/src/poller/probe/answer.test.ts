import { describe, expect, it } from "vitest";
import { checkAnalyze, checkRandom, problemCode } from "./answer.ts";

describe("the answer to POST /analyze", () => {
  const right = "Word Count: 2 | Reverse: b a";
  it.each([
    [JSON.stringify({ processed_text: right }), { out: right }],
    [JSON.stringify({ processed_text: right, more: 1 }), { out: right }],
    [JSON.stringify({ processed_text: "Word Count: 3 | Reverse: b a" }), { wrong: "wrong-result" }],
    [JSON.stringify({ processed_text: 7 }), { wrong: "not-the-contract" }],
    ["{}", { wrong: "not-the-contract" }],
    ["<html>", { wrong: "not-the-contract" }],
    ["", { wrong: "not-the-contract" }],
  ])("%s is %o", (body, checked) => {
    expect(checkAnalyze("a b", body)).toEqual(checked);
  });
});

describe("the answer to GET /random", () => {
  it.each([
    ['{"number":0}', { out: "0" }],
    ['{"number":100}', { out: "100" }],
    ['{"number":101}', { wrong: "not-the-contract" }],
    ["7", { wrong: "not-the-contract" }],
  ])("%s is %o", (body, checked) => {
    expect(checkRandom(body)).toEqual(checked);
  });
});

it.each([
  [{ type: "urn:analyze:problem:draining", title: "t", status: 503, detail: "d", requestId: "x" }, "draining"],
  [{ type: "about:blank", title: "t", status: 503, detail: "d", requestId: "x" }, undefined],
  [{ type: "urn:analyze:problem:draining" }, undefined],
])("the code of the problem %o is %s", (body, code) => {
  expect(problemCode(JSON.stringify(body))).toBe(code);
});
