import { ProblemError, type Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { decodeSegment, parseTarget } from "./target.ts";

/** One route of a service. `handle` returns its answer or throws a ProblemError; anything else thrown is a 500. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path template as in OpenAPI: `/tasks/{id}`; a parameter is one whole segment. */
  readonly path: string;
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** Finds the route of a request and notes it in the exchange. Throws ProblemError 400, 404, or 405 with Allow. */
export type Router = (exchange: Exchange) => Route;

interface Pattern {
  readonly expression: RegExp;
  readonly routes: ReadonlyMap<string, Route>;
}

function expressionOf(template: string): RegExp {
  const source = template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return new RegExp(`^${source}$`);
}

function allowOf(routes: ReadonlyMap<string, Route>): string {
  return [...routes.keys()].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
}

function decodeAll(groups: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeSegment(value)]));
}

function methodNotAllowed(routes: ReadonlyMap<string, Route>): ProblemError {
  const allow = allowOf(routes);
  return new ProblemError("method-not-allowed", `This address accepts ${allow}.`, { headers: { allow } });
}

/** The router of these routes. A path without parameters is found by one look-up. */
export function createRouter(routes: readonly Route[]): Router {
  const byPath = Map.groupBy(routes, ({ path }) => path);
  const patterns = Array.from(byPath, ([path, group]): Pattern => ({
    expression: expressionOf(path),
    routes: new Map(group.map((route) => [route.method, route])),
  }));
  const exact = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));

  const search = (exchange: Exchange, method: string): Route => {
    const { path } = parseTarget(exchange.incoming.url ?? "");
    for (const { expression, routes: candidates } of patterns) {
      const match = expression.exec(path);
      if (!match) continue;
      const route = candidates.get(method);
      exchange.route = candidates.values().next().value?.path ?? exchange.route;
      if (!route) throw methodNotAllowed(candidates);
      exchange.params = decodeAll(match.groups);
      return route;
    }
    throw new ProblemError("not-found", "See /openapi.json for the addresses that exist.");
  };

  return (exchange) => {
    const { method: sent = "", url } = exchange.incoming;
    const method = sent === "HEAD" ? "GET" : sent;
    const route = exact.get(`${method} ${url}`) ?? search(exchange, method);
    exchange.route = route.path;
    return route;
  };
}
