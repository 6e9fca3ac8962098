import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { openExchange, type Exchange } from "../src/shared/exchange.ts";

/** An exchange whose headers have arrived on a connection that exists only in this process. */
export function exchangeOn(socket: Socket = new Socket()): Exchange {
  const incoming = new IncomingMessage(socket);
  return openExchange(incoming, new ServerResponse(incoming));
}
