import type { ServerResponse } from "node:http";
import { Hono, type Context } from "hono";
import { ProblemError, type Answer } from "./answer.ts";
import type { Exchange, ServerIncoming } from "./exchange.ts";
import { decodeSegment } from "./target.ts";

/** One route of a service. `handle` returns its answer or throws a ProblemError; anything else thrown is a 500. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path template as in OpenAPI: `/tasks/{id}`; a parameter is one whole segment. */
  readonly path: string;
  /** A GET with an effect, which HEAD must not have: HEAD answers 405. */
  readonly withoutHead?: boolean;
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** What hono's handlers find in `c.env`: Node's request, with its exchange, and response. */
export interface ServerEnv {
  Bindings: { incoming: ServerIncoming; outgoing: ServerResponse };
}

/** Has a route answer its request, and returns what tells hono that the answer goes to Node's response. */
export type Respond = (exchange: Exchange, handle: Route["handle"]) => Response;

function exchangeOf({ incoming }: ServerEnv["Bindings"]): Exchange {
  if (incoming.exchange) return incoming.exchange;
  throw new Error("The listener has opened no exchange for this request.");
}

/** The template in hono's syntax: `/tasks/:id`. */
function patternOf(template: string): string {
  return template.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** The parameters of a path that matched its template, decoded. Throws ProblemError 400 where one is not UTF-8. */
function paramsOf(template: string, path: string): Record<string, string> {
  const values = path.split("/");
  const pairs = template.split("/").flatMap((segment, index) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    return name === undefined ? [] : [[name, decodeSegment(values[index] ?? "")] as const];
  });
  return Object.fromEntries(pairs);
}

function methodsOf(route: Route): string[] {
  return route.method === "GET" && !route.withoutHead ? ["GET", "HEAD"] : [route.method];
}

function refusingHead(route: Route): Route["handle"] {
  if (!route.withoutHead) return route.handle;
  return (exchange) => {
    if (exchange.incoming.method === "HEAD") throw methodNotAllowed(methodsOf(route));
    return route.handle(exchange);
  };
}

function withParams(route: Route): Route["handle"] {
  const { path } = route;
  const handle = refusingHead(route);
  if (!path.includes("{")) return handle;
  return (exchange) => {
    exchange.params = paramsOf(path, exchange.path);
    return handle(exchange);
  };
}

function methodNotAllowed(methods: readonly string[]): ProblemError {
  const allow = methods.join(", ");
  return new ProblemError("method-not-allowed", `This address accepts ${allow}.`, { headers: { allow } });
}

function notFound(): never {
  throw new ProblemError("not-found", "See /openapi.json for the addresses that exist.");
}

/**
 * The service's routes as a hono app. A known path with another method gets 405 with Allow, an unknown path 404. Each
 * route is hono's only handler for its path and method: hono's chain of several handlers costs more than our code.
 */
export function createRouter(routes: readonly Route[], respond: Respond): Hono<ServerEnv> {
  const getPath = (_: Request, options?: { env?: ServerEnv["Bindings"] }): string =>
    options?.env ? exchangeOf(options.env).path : "/";
  const wrap = (route: string, handle: Route["handle"]) => (c: Context<ServerEnv>) => {
    const exchange = exchangeOf(c.env);
    exchange.route = route;
    return respond(exchange, handle);
  };

  const app = new Hono<ServerEnv>({ getPath });
  const others = new Hono<ServerEnv>({ getPath });
  for (const route of routes) app.on(route.method, patternOf(route.path), wrap(route.path, withParams(route)));
  for (const [path, group] of Map.groupBy(routes, (route) => route.path)) {
    const methods = group.flatMap(methodsOf);
    others.all(
      patternOf(path),
      wrap(path, () => {
        throw methodNotAllowed(methods);
      }),
    );
  }
  others.notFound(wrap("unmatched", notFound));
  app.notFound((c) => others.fetch(c.req.raw, c.env));
  return app;
}
