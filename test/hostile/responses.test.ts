import { expect, it } from "vitest";
import { parseResponses } from "./responses.ts";

const parse = (text: string, options: { ended?: boolean; toHead?: boolean } = {}): [number, string][] =>
  parseResponses(Buffer.from(text, "latin1"), { ended: false, toHead: false, ...options }).map((response) => [
    response.status,
    response.body.toString(),
  ]);

it("separates two answers on one connection, by length and by chunks", () => {
  const first = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const second = "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n1\r\n!\r\n0\r\n\r\n";
  expect(parse(first + second)).toEqual([
    [200, "ok"],
    [400, "no!"],
  ]);
});

it("an incomplete answer does not count yet", () => {
  expect(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")).toEqual([]);
  expect(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")).toEqual([]);
});

it("an answer without framing lasts until the connection ends", () => {
  const answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno";
  expect(parse(answer)).toEqual([]);
  expect(parse(answer, { ended: true })).toEqual([[400, "no"]]);
});

it("ignores 100 Continue, and expects no body in an answer to HEAD", () => {
  const answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 405 Method Not Allowed\r\nContent-Length: 9\r\n\r\n";
  expect(parse(answer, { toHead: true })).toEqual([[405, ""]]);
});

it("bytes that are not HTTP are an error", () => {
  expect(() => parse("<html>\r\n\r\n")).toThrow(/not a response/);
});
