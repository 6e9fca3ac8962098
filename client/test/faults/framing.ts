import { headers } from "@analyze/server/contract/headers";
import type { Handler } from "../stage.ts";
import { answering, type Fault } from "./fault.ts";

const fromApp = `${headers.servedBy}: web\r\n`;

/** Writes these bytes as they are, and closes. */
function bytes(text: string): Handler {
  return (request) => void request.socket.end(text);
}

/** Faults in the framing of an answer, as an edge or a proxy causes them. */
export const framingFaults: Fault[] = [
  answering("bytes that are not HTTP", bytes("hello\r\n\r\n"), {
    hop: "edge",
    err: /^INVALID_HTTP$/,
    hint: /the answer is not HTTP/,
  }),
  answering(
    "two Content-Length",
    bytes(`HTTP/1.1 200 OK\r\n${fromApp}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
    {
      hop: "edge",
      err: /^INVALID_HTTP$/,
      hint: /is not valid HTTP \(.*Content-Length/i,
    },
  ),
  answering("headers of 30 KB", bytes(`HTTP/1.1 200 OK\r\n${fromApp}x: ${"a".repeat(30_000)}\r\n\r\n`), {
    hop: "edge",
    err: /^UND_ERR_HEADERS_OVERFLOW$/,
    hint: /headers of the answer are larger than 16384 bytes/,
  }),
  answering(
    "a chunk whose size is not a number",
    bytes(`HTTP/1.1 200 OK\r\n${fromApp}transfer-encoding: chunked\r\n\r\nxyz\r\n{}`),
    {
      hop: "app",
      err: /^INVALID_HTTP$/,
      hint: /is not valid HTTP \(.*chunk size/i,
    },
  ),
  answering(
    "a body shorter than its Content-Length",
    bytes(`HTTP/1.1 200 OK\r\n${fromApp}content-length: 1000\r\n\r\n{`),
    {
      hop: "app",
      err: /^(UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
      hint: /the answer ended early after HTTP 200/,
    },
  ),
  answering(
    "chunks without their end",
    bytes(`HTTP/1.1 200 OK\r\n${fromApp}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`),
    {
      hop: "app",
      err: /^UND_ERR_SOCKET$/,
      hint: /the answer ended early after HTTP 200/,
    },
  ),
];
