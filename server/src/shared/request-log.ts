import type { Exchange } from "./exchange.ts";
import { healthPaths } from "./health.ts";
import type { LogLevel } from "./logger.ts";
import type { Service } from "./service.ts";
import { endRequestSpan } from "./tracing.ts";

/** nginx's status for "the caller left before the answer". */
const callerLeft = 499;

/** Requests of one method, route and status: the beginning of their log lines, and their histogram. */
interface Kind {
  level: LogLevel;
  isLogged: boolean;
  fields: string;
  observe(seconds: number): void;
}

/** Returns what writes the log line of a request that has ended, and counts it. */
export function createRequestLog({ traffic, metrics, logger, writeLine }: Service): (exchange: Exchange) => void {
  const kinds = new Map<string, Kind>();
  const addKind = (key: string, method: string, route: string, status: number): Kind => {
    const level = healthPaths.has(route) ? "debug" : "info";
    const kind = {
      level,
      isLogged: logger.isLevelEnabled(level),
      fields: JSON.stringify({ method, route, status }).slice(1, -1),
      observe: metrics.observer(method, route, status),
    } as const;
    kinds.set(key, kind);
    return kind;
  };
  return (exchange) => {
    const { incoming, outgoing, requestId, startedAt, route, problem, span } = exchange;
    traffic.end(outgoing);
    const elapsed = performance.now() - startedAt;
    const { method = "" } = incoming;
    const status = outgoing.writableFinished ? outgoing.statusCode : callerLeft;
    const key = `${method} ${route} ${status}`;
    const { level, isLogged, fields, observe } = kinds.get(key) ?? addKind(key, method, route, status);
    observe(elapsed / 1000);
    if (problem === "switched-off") metrics.countSwitchedOff();
    if (span) endRequestSpan(span, exchange, status);
    if (!isLogged) return;
    // Nothing here needs escaping: the ID matches its pattern, and problems have fixed codes.
    const code = problem === undefined ? "" : `,"problem":"${problem}"`;
    writeLine(
      level,
      `${fields},"requestId":"${requestId}","ms":${Math.round(elapsed * 100) / 100}${code},"msg":"request"`,
    );
  };
}
