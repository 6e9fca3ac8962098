import { createServer, request } from "node:http";
import { listen } from "../../../test/load/backend.ts";
import type { Moto } from "./moto.ts";

/** A proxy to the emulator that can make regions unreachable. */
export interface Regions {
  readonly url: string;
  /** Regions whose calls get a 503. IAM, Route 53 and the like are called in us-east-1. */
  readonly down: Set<string>;
  stop(): void;
}

/**
 * Passes calls on to the emulator by the region that their signature names. `answers`: JSON by the end of a path, for
 * calls that the emulator lacks.
 */
export async function startRegions(moto: Moto, answers: Readonly<Record<string, object>> = {}): Promise<Regions> {
  const down = new Set<string>();
  const server = createServer((call, answer) => {
    const region = /Credential=[^/]+\/\d+\/([a-z0-9-]+)\//.exec(call.headers.authorization ?? "")?.[1] ?? "";
    if (down.has(region)) {
      call.resume();
      answer.writeHead(503).end();
      return;
    }
    const { method, headers, url = "" } = call;
    const own = Object.entries(answers).find(([end]) => url.split("?")[0]?.endsWith(end));
    if (own !== undefined) {
      call.resume();
      answer.setHeader("content-type", "application/json").end(JSON.stringify(own[1]));
      return;
    }
    const onward = request(`${moto.url}${url}`, { method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    call.pipe(onward);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    down,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
