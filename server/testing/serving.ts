import { onTestFinished } from "vitest";
import type { Route } from "../src/shared/router.ts";
import { createAppServer } from "../src/shared/server.ts";
import { createService, type Service } from "../src/shared/service.ts";
import { listening } from "./listening.ts";

/** A service that listens on a free loopback port until its owner closes it. */
export interface Serving {
  readonly port: number;
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs a body, as JSON unless `headers` say otherwise. */
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  close(): void;
}

/** Serves these routes over a real socket. The caller closes it: see {@link serveForTest}. */
export async function serve(
  routes: readonly Route[],
  service: Service = createService("web", "silent"),
): Promise<Serving> {
  const server = createAppServer(routes, service);
  const port = await listening(server);
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    url,
    get: (path, init) => fetch(`${url}${path}`, init),
    post: (path, body, headers = { "content-type": "application/json" }) =>
      fetch(`${url}${path}`, { method: "POST", body: typeof body === "string" ? body : new Uint8Array(body), headers }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Serves these routes until the test that calls it has finished. */
export async function serveForTest(...args: Parameters<typeof serve>): Promise<Serving> {
  const serving = await serve(...args);
  onTestFinished(serving.close);
  return serving;
}
