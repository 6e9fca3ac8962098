import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { expect, it, onTestFinished, vi } from "vitest";
import { startTracing } from "./start.ts";
import type { Tracing } from "./tracer.ts";

/** Spans of one message. */
const message = 512;

let changes: boolean[];

/** Tracing to a receiver that answers its first requests in these ways, and 200 to all others; and how many requests it got. */
async function open(...first: RequestListener[]): Promise<[Tracing, received: () => number]> {
  let received = 0;
  const server = createServer(async (request, response) => {
    await buffer(request);
    const refuse = first[received++];
    if (refuse) refuse(request, response);
    else response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1/traces`;
  changes = [];
  const tracing = await startTracing(
    { url, ca: undefined, headers: {}, sampler: "always_on", ratio: 1 },
    { service: "analyze-test", version: "1.2.3", onChange: (isWorking) => void changes.push(isWorking) },
  );
  if (tracing === undefined) throw new Error("tracing is off");
  return [tracing, () => received];
}

function endSpans({ start }: Tracing): void {
  for (let n = 0; n < message; n++) start("server", "GET").end();
}

async function counted({ counts }: Tracing): Promise<void> {
  await vi.waitFor(() => expect(counts.sent + counts.failed).toBe(message), { timeout: 30_000 });
}

function answer(status: number, retryAfter: string): RequestListener {
  return (_, response: ServerResponse) => response.writeHead(status, { "retry-after": retryAfter }).end("starting");
}

function hangUp({ socket }: IncomingMessage): void {
  socket.destroy();
}

it.each([
  ["closes the connection without an answer", hangUp],
  ["answers 503", answer(503, "0")],
  ["answers 429", answer(429, "0")],
])(
  "sends a message again where the receiver %s, and counts it once",
  async (_, refuse) => {
    const [tracing, received] = await open(refuse, refuse);
    endSpans(tracing);
    await counted(tracing);
    expect(received()).toBe(3);
    await tracing.close();
    expect([tracing.counts, changes]).toEqual([{ sent: message, failed: 0, dropped: 0 }, []]);
  },
  60_000,
);

it("gives a message up after five attempts, and counts it once", async () => {
  const [tracing, received] = await open(...Array.from({ length: 9 }, () => answer(503, "0")));
  endSpans(tracing);
  await counted(tracing);
  await tracing.close();
  expect([received(), tracing.counts, changes]).toEqual([5, { sent: 0, failed: message, dropped: 0 }, [false]]);
});

it("sends what waits for another attempt when it closes", async () => {
  const [tracing, received] = await open(answer(503, "15"));
  const refused = new Promise<void>((resolve) => {
    function listen(): void {
      unsubscribe("undici:request:error", listen);
      resolve();
    }
    subscribe("undici:request:error", listen);
  });
  endSpans(tracing);
  await refused;
  await tracing.close();
  await counted(tracing);
  expect([received(), tracing.counts, changes]).toEqual([2, { sent: message, failed: 0, dropped: 0 }, []]);
});
