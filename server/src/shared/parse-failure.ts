import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { headersFor, problemAnswer, ProblemError } from "./answer.ts";
import { openExchange } from "./exchange.ts";
import type { Service } from "./listener.ts";

/** How long a caller may take to read the refusal before its connection is destroyed. */
const lingerMs = 500;

function problemFor(code: string | undefined): ProblemError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new ProblemError("headers-too-large", "The request line and headers may have 16 KiB together.");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new ProblemError("body-too-large", "The chunk extensions are too large.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new ProblemError("request-timeout", "The request did not arrive whole in time.");
    default:
      return new ProblemError("malformed-request", "This is not a valid HTTP/1.1 request.");
  }
}

function refuse(service: Service, code: string | undefined, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const exchange = openExchange(undefined);
  const answer = problemAnswer(problemFor(code), exchange);
  const fields = {
    ...headersFor(answer, exchange, service.standing),
    date: new Date().toUTCString(),
    connection: "close",
    "content-length": Buffer.byteLength(answer.body),
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\n${head.join("")}\r\n${answer.body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
  service.metrics.observer("", exchange.route, answer.status)(0);
  service.logger.info(
    { requestId: exchange.requestId, status: answer.status, problem: exchange.problem, code },
    "request refused by the parser",
  );
}

/**
 * Answers what Node's parser refused, with the same problem as everywhere, and closes the connection. A whole request
 * that came before on the same connection gets its own answer first, lest it take the refusal for it. Where an answer to
 * the refused request itself is already on its way, nothing can be said any more, and the connection is destroyed.
 */
export function onParseFailure(service: Service) {
  return (error: NodeJS.ErrnoException, socket: Duplex): void => {
    const open = service.traffic.openOn(socket);
    if (error.code === "ECONNRESET" || (open?.headersSent && !open.req.complete)) socket.destroy();
    else if (open?.req.complete) open.once("close", () => refuse(service, error.code, socket));
    else refuse(service, error.code, socket);
  };
}
