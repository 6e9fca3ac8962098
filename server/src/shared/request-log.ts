import type { Exchange } from "./exchange.ts";
import type { Logger } from "./logger.ts";
import type { Service } from "./service.ts";

/** nginx's status for "the caller left before the answer". */
const callerLeft = 499;

/** Requests of one method, route and status: a logger that has these written already, and their histogram. */
interface Kind {
  logger: Logger;
  observe(seconds: number): void;
}

/** Returns what writes the log line of a request that has ended, and counts it. */
export function createRequestLog({ traffic, metrics, logger }: Service): (exchange: Exchange) => void {
  const kinds = new Map<string, Kind>();
  const addKind = (key: string, method: string, route: string, status: number): Kind => {
    const kind = {
      logger: logger.child({ method, route, status }),
      observe: metrics.observer(method, route, status),
    };
    kinds.set(key, kind);
    return kind;
  };
  return ({ incoming, outgoing, requestId, startedAt, route, problem }) => {
    traffic.end(outgoing);
    const elapsed = performance.now() - startedAt;
    const { method = "" } = incoming;
    const status = outgoing.writableFinished ? outgoing.statusCode : callerLeft;
    const key = `${method} ${route} ${status}`;
    const kind = kinds.get(key) ?? addKind(key, method, route, status);
    kind.observe(elapsed / 1000);
    const line = { requestId, ms: Math.round(elapsed * 100) / 100, problem };
    if (route === "/livez" || route === "/readyz" || route === "/healthz") kind.logger.debug(line, "request");
    else kind.logger.info(line, "request");
  };
}
