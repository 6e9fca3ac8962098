import { connect, createServer } from "node:net";
import { afterEach, expect, it } from "vitest";
import { countWords, processedText, reverseText } from "../../server/src/contract/text.ts";
import { analyzeRequest } from "../../server/src/contract/wire.ts";
import { listen, startBackend, type Backend, type Conduct } from "./backend.ts";
import { analyzeExchange, placeOf } from "./exchange.ts";
import { startLoad } from "./load.ts";
import { doubledIn, ledgerOf, missingFrom } from "./ledger.ts";

const open: Backend[] = [];

async function backend(conduct?: Parameters<typeof startBackend>[0]): Promise<Backend> {
  const started = await startBackend(conduct);
  open.push(started);
  return started;
}

function urlOf({ port }: Backend): string {
  return `http://127.0.0.1:${port}/analyze`;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

it("a backend that answers correctly loses nothing, and gets each ID once", async () => {
  const good = await backend();
  const { result, attempts } = startLoad({ url: urlOf(good), keepAlive: 2, fresh: 2, count: 40 });
  expect(await result).toMatchObject({ sent: 40, ok: 40, lost: [], wrongCertificate: [], byStatus: { 200: 40 } });
  expect(good.effects.toSorted()).toEqual(attempts.map(({ id }) => id).sort());
  expect(attempts.every(({ servedBy }) => servedBy === "web")).toBe(true);
});

it.each<[Conduct, string]>([
  ["reset", "no answer: ECONNRESET"],
  ["half an answer", "no answer: ECONNRESET"],
  ["unavailable", "status 503"],
  ["wrong body", "wrong body"],
  ["silence", "no answer: TIMEOUT"],
])("every third request, whose answer is broken by %s, is lost and is not sent again", async (conduct, fault) => {
  let number = 0;
  const faulty = await backend(() => (++number % 3 === 0 ? conduct : "answer"));
  // Short only if the time-out is tested: a busy machine may need long for a good answer.
  const timeoutMs = conduct === "silence" ? 1000 : 20_000;
  const load = startLoad({ url: urlOf(faulty), keepAlive: 1, fresh: 1, count: 12, timeoutMs });
  const { sent, ok, lost } = await load.result;
  expect([sent, ok]).toEqual([12, 8]);
  expect(lost.map((attempt) => attempt.fault)).toEqual([fault, fault, fault, fault]);
  expect(faulty.effects).toHaveLength(12);
});

it("another request's answer is not accepted", () => {
  const { text } = analyzeRequest.parse(JSON.parse(analyzeExchange.body("load-1")));
  const right = JSON.stringify({ processed_text: processedText(countWords(text), reverseText(text)) });
  expect(analyzeExchange.fault(right, "load-1")).toBeUndefined();
  expect(analyzeExchange.fault(right, "load-2")).toBe("wrong body");
  expect(analyzeExchange.fault("<html>", "load-1")).toBe("wrong body");
});

it("a keep-alive lane keeps one connection, a fresh lane opens one for each request", async () => {
  const good = await backend();
  const counts: number[] = [];
  for (const lanes of [
    { keepAlive: 1, fresh: 0 },
    { keepAlive: 0, fresh: 1 },
  ]) {
    let connections = 0;
    const relay = createServer((inbound) => {
      connections += 1;
      const outbound = connect(good.port, "127.0.0.1");
      inbound.pipe(outbound).pipe(inbound);
      for (const socket of [inbound, outbound]) socket.on("error", () => {});
    });
    const port = await listen(relay);
    const { ok } = await startLoad({ url: urlOf({ ...good, port }), count: 10, ...lanes }).result;
    relay.close();
    counts.push(ok, connections);
  }
  expect(counts).toEqual([10, 1, 10, 10]);
});

it("counts every request to a closed port as lost, by its error code", async () => {
  const gone = await backend();
  await Promise.all(open.splice(0).map((one) => one.close()));
  const { ok, byStatus } = await startLoad({ url: urlOf(gone), count: 4 }).result;
  expect({ ok, byStatus }).toEqual({ ok: 0, byStatus: { ECONNREFUSED: 4 } });
});

it("stop lets open requests finish, and next waits for an answer", async () => {
  const good = await backend();
  const load = startLoad({ url: urlOf(good), keepAlive: 1, fresh: 1, durationMs: 60_000, pauseMs: 1 });
  await load.next(({ status }) => status === 200);
  const { sent, ok } = await load.stop();
  expect(ok).toBe(sent);
  await expect(load.next(() => true, 10)).rejects.toThrow("10 ms passed");
});

it("load without a bound is rejected", () => {
  expect(() => startLoad({ url: "http://127.0.0.1:1/" })).toThrow("bound the load");
});

it("the ledger counts IDs in JSON logs, and names the repeated and the missing ones", () => {
  const lines = [
    '{"requestId":"a","msg":"request"}',
    '{"requestId":"b","msg":"request"}',
    '{"requestId":"b","msg":"request"}',
    '{"requestId":"b","msg":"note"}',
    "not JSON",
    "null",
    '{"msg":"request"}',
  ];
  const ledger = ledgerOf(lines, ({ msg }) => msg === "request");
  expect([...ledger]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(doubledIn(ledger)).toEqual(["b"]);
  expect(missingFrom(ledger, ["a", "b", "c"])).toEqual(["c"]);
});

it("new connections go to the current address, and an open one is kept", async () => {
  const [first, second] = [await backend(), await backend()];
  let at = first;
  const load = startLoad({
    url: "http://service.test/analyze",
    address: () => `127.0.0.1:${at.port}`,
    keepAlive: 1,
    fresh: 1,
    durationMs: 60_000,
  });
  const both = async (): Promise<void> => {
    for (const lane of ["keep-alive", "fresh"]) await load.next((attempt) => attempt.lane === lane);
  };
  await both();
  at = second;
  await both();
  await both();
  const { lost, sent } = await load.stop();
  const kept = load.attempts.filter(({ lane }) => lane === "keep-alive").map(({ id }) => id);
  expect({ lost, answered: first.effects.length + second.effects.length }).toEqual({ lost: [], answered: sent });
  expect(kept.filter((id) => !first.effects.includes(id))).toEqual([]);
  expect(second.effects.length).toBeGreaterThan(0);
});

it.each([
  [{ url: "https://a.test/x" }, { host: "a.test", port: 443 }],
  [{ url: "http://a.test/x" }, { host: "a.test", port: 80 }],
  [
    { url: "https://a.test:8443/x", address: "192.0.2.1:443" },
    { host: "192.0.2.1", port: 443 },
  ],
  [
    { url: "https://a.test/x", address: () => "[::1]:30443" },
    { host: "::1", port: 30443 },
  ],
])("connections to %j go to the intended port", (target, place) => {
  expect(placeOf(target)).toEqual(place);
});
