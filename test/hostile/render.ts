import type { HostileRequest } from "./case.ts";

/** Values of the placeholders in a request. */
export interface Slots {
  readonly id: string;
  readonly host: string;
  /** The route that takes a text: `/analyze`, `/process` on the worker itself. */
  readonly path: string;
}

const goodBody = '{"text":"x"}';
const framesBody = /^\s*(?:content-length|transfer-encoding)\b/i;

/** A complete good request behind or inside another one. An answer to it proves request smuggling. */
const smuggledRequest = [
  "POST {path} HTTP/1.1",
  "Host: {host}",
  "X-Request-Id: {id}-smuggled",
  "Content-Type: application/json",
  `Content-Length: ${goodBody.length}`,
  "",
  goodBody,
].join("\r\n");

function fill(template: string, slots: Slots): string {
  return template
    .replaceAll("{smuggled}", smuggledRequest)
    .replaceAll("{id}", slots.id)
    .replaceAll("{host}", slots.host)
    .replaceAll("{path}", slots.path);
}

/** The body as sent. A string is sent as UTF-8. */
export function bodyOf(request: HostileRequest, slots: Slots): Buffer {
  const { body = goodBody } = request;
  return typeof body === "string" ? Buffer.from(fill(body, slots)) : Buffer.from(body);
}

/** The bytes of a request; the head is Latin-1. */
export function render(request: HostileRequest, slots: Slots): Buffer {
  if (request.raw !== undefined) return Buffer.from(fill(request.raw, slots), "latin1");
  const body = bodyOf(request, slots);
  const left = new Set<string>(request.without);
  const usual: [name: string, value: string][] = [
    ["Host", slots.host],
    ["X-Request-Id", slots.id],
    ["Content-Type", "application/json"],
  ];
  const given = request.headers ?? [];
  const framed = given.some((line) => framesBody.test(line)) || request.body === "";
  const lines = [
    request.start ?? "POST {path} HTTP/1.1",
    ...usual.filter(([name]) => !left.has(name)).map(([name, value]) => `${name}: ${value}`),
    ...given,
    ...(framed ? [] : [`Content-Length: ${body.length}`]),
  ];
  return Buffer.concat([Buffer.from(`${fill(lines.join("\r\n"), slots)}\r\n\r\n`, "latin1"), body]);
}
