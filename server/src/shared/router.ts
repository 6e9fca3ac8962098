import { Hono, type Context } from "hono";
import { headersFor, problemAnswer, ProblemError, type Answer, type StandingHeaders } from "./answer.ts";
import { exchangeOf, type Exchange, type ServerEnv } from "./exchange.ts";
import type { Logger } from "./logger.ts";

export type ServerContext = Context<ServerEnv>;

/** One route of a service. `handle` returns its answer or throws a ProblemError; anything else thrown is a 500. */
export interface Route {
  method: "GET" | "POST";
  path: string;
  handle(c: ServerContext, exchange: Exchange): Answer | Promise<Answer>;
}

type Handler = Route["handle"];

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause === undefined ? cause.message : `${cause.message}: ${reason(cause.cause)}`;
}

function failureAnswer(error: unknown, exchange: Exchange, logger: Logger): Answer {
  const { requestId, route } = exchange;
  if (error instanceof ProblemError) {
    const answer = problemAnswer(error, exchange);
    if (answer.status >= 500 && error.code !== "draining")
      logger.warn({ requestId, route, problem: error.code, reason: reason(error) }, "failure");
    return answer;
  }
  logger.error({ requestId, route, err: error }, "unexpected error");
  return problemAnswer(new ProblemError("internal-error", "The request was fine; this service is not."), exchange);
}

function allowOf(routes: Route[], path: string): string {
  const methods = new Set(routes.filter((route) => route.path === path).map((route) => route.method));
  return [...methods].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
}

/**
 * The service's routes as a hono app. A known path with another method answers 405 with Allow, an unknown path 404.
 * Each route is hono's only handler for its path and method: hono's way through several costs more than our code.
 */
export function createRouter(routes: Route[], standing: StandingHeaders, logger: Logger): Hono<ServerEnv> {
  const wrap = (route: string, handle: Handler) => async (c: ServerContext) => {
    const exchange = exchangeOf(c.env?.incoming, c.req.raw);
    exchange.route = route;
    let answer: Answer;
    try {
      answer = await handle(c, exchange);
    } catch (error) {
      answer = failureAnswer(error, exchange, logger);
    }
    return new Response(answer.body, { status: answer.status, headers: headersFor(answer, exchange, standing) });
  };

  const app = new Hono<ServerEnv>();
  const others = new Hono<ServerEnv>();
  for (const { method, path, handle } of routes) app.on(method, path, wrap(path, handle));
  for (const path of new Set(routes.map((route) => route.path))) {
    const allow = allowOf(routes, path);
    const refuse = (): never => {
      throw new ProblemError("method-not-allowed", `This address takes ${allow}.`, { headers: { allow } });
    };
    others.all(path, wrap(path, refuse));
  }
  others.notFound(
    wrap("unmatched", () => {
      throw new ProblemError("not-found", "See /openapi.json for the addresses that exist.");
    }),
  );
  app.notFound((c) => others.fetch(c.req.raw, c.env));
  return app;
}
