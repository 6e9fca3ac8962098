import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Retries } from "./retries.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 26, 12), toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function answered(status: number, headers: Record<string, string> = {}): Error {
  return Object.assign(failed("UND_ERR_REQ_RETRY"), { statusCode: status, headers });
}

function failed(code: string): Error {
  return Object.assign(new Error("no answer"), { code });
}

/** The seconds at which a message is sent again while every attempt fails in the same way, and whether it is given up. */
async function course(error: Error, retries = new Retries()): Promise<[seconds: number[], isLost: boolean]> {
  const [rule, start, seconds] = [retries.rule(), Date.now(), new Array<number>()];
  let isLost = false;
  function attempt(counter: number): void {
    rule(error, { state: { counter }, opts: { method: "POST", path: "/" } }, (fault) => {
      isLost = Boolean(fault);
      if (isLost) return;
      // Fake timers take a millisecond for none.
      seconds.push(Math.round((Date.now() - start) / 10) / 100);
      attempt(counter + 1);
    });
  }
  attempt(1);
  await vi.advanceTimersByTimeAsync(60_000);
  return [seconds, isLost];
}

it.each([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
])("a message is sent five times, with growing pauses, where there is no answer: %s", async (code) => {
  expect(await course(failed(code))).toEqual([[1, 2.5, 4.75, 8.13], true]);
});

it.each([429, 502, 503, 504])("a message is sent again after the status %i", async (status) => {
  expect(await course(answered(status))).toEqual([[1, 2.5, 4.75, 8.13], true]);
});

it.each([400, 401, 413, 500, 501])("a message is sent once where the receiver answers %i", async (status) => {
  expect(await course(answered(status))).toEqual([[], true]);
});

it.each(["SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_CERT_ALTNAME_INVALID", "UND_ERR_INVALID_ARG"])(
  "a message is sent once where trying again cannot help: %s",
  async (code) => {
    expect(await course(failed(code))).toEqual([[], true]);
  },
);

it.each([
  ["0", [0, 0, 0, 0]],
  ["4", [4, 8, 12, 16]],
  ["9", [9, 18]],
  ["21", []],
  ["Thu, 26 Nov 2026 12:00:07 GMT", [7, 7, 7, 7]],
  ["soon", [1, 2.5, 4.75, 8.13]],
])("Retry-After %s decides the pauses, and no attempt begins after 20 s", async (value, seconds) => {
  expect(await course(answered(503, { "retry-after": value }))).toEqual([seconds, true]);
});

it("pauses differ between processes by up to 20 %", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  expect((await course(failed("ECONNREFUSED")))[0][0]).toBe(0.8);
  vi.spyOn(Math, "random").mockReturnValue(1);
  expect((await course(failed("ECONNREFUSED")))[0][0]).toBe(1.2);
});

it("at the end what waits is sent at once, and nothing after a second", async () => {
  const retries = new Retries();
  setTimeout(() => retries.close(), 100);
  expect(await course(failed("ECONNREFUSED"), retries)).toEqual([[0.1], true]);
});
