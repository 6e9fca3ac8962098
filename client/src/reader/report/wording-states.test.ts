import { describe, expect, it } from "vitest";
import { failLine } from "../../../test/log-lines.ts";
import { at, reportOf } from "../../../test/report-of.ts";
import { hops } from "../../line/record.ts";
import { faultSentence, holeReason, stateSentence } from "./wording.ts";

describe("a hole in words", () => {
  it.each([
    ["restart", "the client was not running"],
    ["clock", "the clock was set"],
    ["overlap", "the previous probe took too long"],
    ["suspend", "the host or the client was suspended"],
    ["disk", "the log could not be written for longer than lines can be kept"],
    ["stopped", "the client was stopped"],
    ["silent", "the client wrote nothing"],
    ["unrecorded", "the log gives no reason"],
    ["empty", "the log has no probe in this window"],
    ["a later version's", "a later version's"],
  ])("%s: %s", (reason, words) => {
    expect(holeReason([reason])).toBe(words);
    expect(holeReason(["clock", reason])).toBe(`the clock was set; ${words}`);
  });
});

describe("a fault in words", () => {
  it.each([
    ["dns", /^name resolution \(dns\): this host cannot resolve/],
    ["tcp", /^the network or the edge's host \(tcp\): nothing accepts the connection/],
    ["tls", /^the edge \(tls\): .* the TLS handshake fails/],
    ["tls-trust", /^the edge's certificate \(tls-trust\): it is not signed by the CA/],
    ["tls-name", /^the edge's certificate \(tls-name\): it was issued for another name/],
    ["tls-expired", /^the edge's certificate \(tls-expired\): it expired or is not valid yet/],
    ["edge", /^the edge \(edge\): it answered instead/],
    ["upstream", /^the application behind the edge \(upstream\): the edge is up, but web cannot be reached/],
    ["app", /^the application \(app\): web or worker answered with an error/],
    ["contract", /^the application \(contract\): it answered 200, but not as the contract requires/],
  ] as const)("at %s", (hop, words) => {
    const fault = { hop, err: undefined, hint: undefined, failed: 1 };
    expect(faultSentence({ now: "down", since: 0, sinceBefore: false, fault })).toMatch(words);
  });

  it("has a text for every hop, and none if there is no fault", () => {
    for (const hop of hops) expect(reportOf([failLine(at(0), hop)], at(1)).state.fault?.hop).toBe(hop);
    expect(faultSentence({ now: "up", since: 0, sinceBefore: false })).toBeUndefined();
  });
});

describe("a state in words", () => {
  const since = at(0);
  const fault = { hop: "tcp", err: undefined, hint: undefined, failed: 2 } as const;
  it.each([
    [{ now: "up", since, sinceBefore: false }, "UP for 5 min, since 2026-11-20 22:00 UTC"],
    [{ now: "up", since, sinceBefore: true }, "UP for at least 5 min, since before 2026-11-20 22:00 UTC"],
    [{ now: "down", since, sinceBefore: false, fault }, "DOWN for 5 min, since 2026-11-20 22:00 UTC, 2 failed probes"],
    [
      { now: "down", since, sinceBefore: true, fault },
      "DOWN for 5 min, since before 2026-11-20 22:00 UTC, 2 failed probes",
    ],
    [
      { now: "planned", since, sinceBefore: false, why: ["disks"] },
      "DOWN AS PLANNED for 5 min, since 2026-11-20 22:00 UTC: disks",
    ],
    [
      { now: "unknown", since, sinceBefore: false, why: ["clock", "silent"] },
      "UNKNOWN for 5 min, since 2026-11-20 22:00 UTC: the clock was set; the client wrote nothing",
    ],
  ] as const)("%o", (state, words) => {
    expect(stateSentence({ ...state, why: "why" in state ? [...state.why] : [] }, at(5))).toBe(words);
  });
});
