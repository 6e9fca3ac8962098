import { Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { exchangeOn } from "../../testing/exchange.ts";
import { discardRest } from "./discard.ts";
import type { Exchange } from "./exchange.ts";

const mib = Buffer.alloc(1024 * 1024);
let socket: Socket;
let exchange: Exchange;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  socket = new Socket();
  exchange = exchangeOn(socket);
  discardRest(exchange);
});
afterEach(() => vi.useRealTimers());

it("a rest that does not arrive ends the connection after half a second", () => {
  vi.advanceTimersByTime(499);
  expect(socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(socket.destroyed).toBe(true);
});

it("a rest that arrives slowly ends the connection after five seconds", () => {
  for (let pause = 0; pause < 12; pause++) {
    expect(socket.destroyed).toBe(false);
    exchange.incoming.emit("data", Buffer.from("a"));
    vi.advanceTimersByTime(400);
  }
  vi.advanceTimersByTime(200);
  expect(socket.destroyed).toBe(true);
});

it("64 MiB may follow, and not a byte more", () => {
  for (let piece = 0; piece < 64; piece++) exchange.incoming.emit("data", mib);
  expect(socket.destroyed).toBe(false);
  exchange.incoming.emit("data", Buffer.from("a"));
  expect(socket.destroyed).toBe(true);
});

it.each<[what: string, end: () => unknown]>([
  ["the body ends", () => exchange.incoming.emit("end")],
  ["the connection closes", () => socket.emit("close")],
])("no timer is left when %s", (_, end) => {
  expect(vi.getTimerCount()).toBe(2);
  end();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(socket.destroyed).toBe(false);
});

it("what arrives is read, also from a body that was paused when it was refused", () => {
  exchange.incoming.pause();
  discardRest(exchange);
  expect(exchange.incoming.readableFlowing).toBe(true);
});
