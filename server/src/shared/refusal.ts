import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { headersFor, problemAnswer, ProblemError } from "./answer.ts";
import { requestIdOf } from "./exchange.ts";
import type { Service } from "./service.ts";

/** How long a caller may take to read the rejection before its connection is destroyed. */
const lingerMs = 500;

/** Node's error for a request that its parser rejected. */
interface ParseFailure extends NodeJS.ErrnoException {
  rawPacket?: Buffer;
}

/** Whether a request line has a version; the parser also reports "invalid version" for an incomplete line. */
const namesVersion = /^[^\r\n]* HTTP\/\d\.\d\r\n/;

function problemFor({ code, rawPacket }: ParseFailure): ProblemError {
  if (code === "HPE_INVALID_VERSION" && namesVersion.test(rawPacket?.toString("latin1") ?? "")) {
    return new ProblemError("http-version-not-supported", "Send HTTP/1.1.");
  }
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new ProblemError("headers-too-large", "The request line and the headers may have 16 KiB together.");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new ProblemError("body-too-large", "The chunk extensions are too large.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new ProblemError("request-timeout", "The request did not arrive completely in time.");
    default:
      return new ProblemError("malformed-request", "This is not a valid HTTP/1.1 request.");
  }
}

/** Writes a problem to a connection without a response object, and closes it. */
function refuse(service: Service, problem: ProblemError, code: string | undefined, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const answer = problemAnswer(problem, requestId);
  const fields = {
    ...headersFor(answer, requestId, service.standing),
    date: new Date().toUTCString(),
    connection: "close",
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${head.join("")}\r\n${answer.body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
  service.metrics.observer("", "unmatched", answer.status)(0);
  service.logger.info(
    { requestId, status: answer.status, problem: problem.code, code },
    "request refused by the parser",
  );
}

/** Calls back when the open answer of this connection is sent, or at once if there is none. */
function afterOpenAnswer(service: Service, socket: Duplex, then: () => void): void {
  const open = service.traffic.openOn(socket);
  if (open?.req.complete) open.once("close", then);
  else then();
}

/**
 * Answers requests that Node's parser rejected, with the same problem as everywhere, and closes the connection. An
 * earlier complete request on the same connection gets its answer first: otherwise its sender would read the rejection
 * as the answer. If the rejected request was already answered, the connection is destroyed.
 */
export function onParseFailure(service: Service) {
  return (error: ParseFailure, socket: Duplex): void => {
    const open = service.traffic.openOn(socket);
    if (error.code === "ECONNRESET" || (open?.headersSent && !open.req.complete)) socket.destroy();
    else afterOpenAnswer(service, socket, () => refuse(service, problemFor(error), error.code, socket));
  };
}

/** Answers CONNECT, for which Node has no response object, and closes the connection. */
export function refuseTunnel(service: Service) {
  const allow = "GET, HEAD, POST";
  return (_: IncomingMessage, socket: Duplex): void => {
    socket.on("error", () => socket.destroy());
    const problem = new ProblemError("method-not-allowed", "This is not a proxy.", { headers: { allow } });
    afterOpenAnswer(service, socket, () => refuse(service, problem, "CONNECT", socket));
  };
}
