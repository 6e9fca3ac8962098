import { expect, it } from "vitest";
import { Breaker, type BreakerState } from "./breaker.ts";

function broken(): { breaker: Breaker; states: BreakerState[] } {
  const states: BreakerState[] = [];
  const breaker = new Breaker({ threshold: 3, openMs: 1000, onChange: (state) => states.push(state) });
  for (let i = 0; i < 3; i++) {
    expect(breaker.admit(0)).toBe(0);
    breaker.failed(0);
  }
  return { breaker, states };
}

it("opens after consecutive failures, and says how long to wait", () => {
  const { breaker, states } = broken();
  expect(states).toEqual(["open"]);
  expect(breaker.admit(400)).toBe(600);
});

it("a success between failures resets the count", () => {
  const breaker = new Breaker({ threshold: 2, openMs: 1000 });
  for (const outcome of ["failed", "succeeded", "failed"] as const) breaker[outcome]();
  expect(breaker.state).toBe("closed");
});

it("lets exactly one trial call through after its time", () => {
  const { breaker } = broken();
  expect(breaker.admit(1000)).toBe(0);
  expect(breaker.state).toBe("half-open");
  expect(breaker.admit(1001)).toBe(1000);
});

it("a successful trial closes it, a failed one opens it for the same time again", () => {
  const { breaker, states } = broken();
  breaker.admit(1000);
  breaker.failed(1500);
  expect(breaker.admit(2000)).toBe(500);
  breaker.admit(2500);
  breaker.succeeded();
  expect(breaker.admit(2501)).toBe(0);
  expect(states).toEqual(["open", "half-open", "open", "half-open", "closed"]);
});

it("failures of calls made before it opened do not keep it open longer", () => {
  const { breaker } = broken();
  breaker.failed(900);
  expect(breaker.admit(1000)).toBe(0);
});
