import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startServicePair } from "../support/services.ts";

/** nginx keeps an idle connection for 60 s and must close it first, or it sends a POST to a closed connection. */
const idleMs = 62_000;

describe.concurrent.each(["web", "worker"] as const)(
  "a connection to %s that was idle for longer than nginx keeps one",
  (name) => {
    it("is still open, and accepts a request", async () => {
      const pair = await startServicePair();
      const socket = connect({ host: "127.0.0.1", port: pair[name].port });
      const ask = async (): Promise<string> => {
        socket.write("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n");
        const [answer]: unknown[] = await once(socket, "data");
        return String(answer).split("\r\n", 1).join();
      };
      expect(await ask()).toBe("HTTP/1.1 200 OK");
      await wait(idleMs);
      expect(socket.readyState).toBe("open");
      expect(await ask()).toBe("HTTP/1.1 200 OK");
      socket.destroy();
      await pair.stop();
    });
  },
);
