import { day } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import type { Answer } from "./attempt.ts";
import type { Certificate } from "./certificate.ts";
import type { Probed } from "./probe.ts";
import { runLine } from "./run-line.ts";

const slot = Date.UTC(2026, 10, 21, 6, 21);
const answer: Answer = { status: 200, servedBy: "web", requestId: "x", encoding: undefined, date: undefined, body: "" };

function expiring(at: number): Certificate {
  return { subject: "s", issuer: "i", fingerprint: "f", validFrom: 0, validTo: at, names: "" };
}

const phases = { dns: 1, tcp: 2, tls: 3, wait: 4 };
const good: Probed = {
  attempts: [{ ms: 9, phases, address: "192.0.2.7", certificate: expiring(slot + 9.5 * day), answer }],
  verdict: { hop: "app", out: "Word Count: 1" },
  first: undefined,
  shown: undefined,
  advice: undefined,
  ms: 10,
};

describe("the record of a probe", () => {
  it("of a good probe has every result of its attempt", () => {
    expect(runLine(slot, slot + 4, "id-1", good)).toEqual({
      kind: "ok",
      time: slot,
      hop: "app",
      status: 200,
      ms: 10,
      late: 4,
      try: 1,
      ...phases,
      addr: "192.0.2.7",
      cert: 9,
      id: "id-1",
      err: undefined,
      first: undefined,
      hint: undefined,
      out: "Word Count: 1",
    });
  });

  it("of a probe that was good at the second attempt is flaky, with hop and error of the first", () => {
    const [attempt] = good.attempts;
    const attempts = [{ ms: 1, phases: {} }, ...(attempt ? [attempt] : [])];
    expect(runLine(slot, slot, "id-1", { ...good, attempts, first: { hop: "tcp", err: "ECONNRESET" } })).toMatchObject({
      kind: "flaky",
      try: 2,
      status: 200,
      first: "tcp:ECONNRESET",
      late: 0,
    });
  });

  it("of a failed probe has the error, its hint, and the refused certificate", () => {
    const failed: Probed = {
      ...good,
      attempts: [{ ms: 1, phases: {} }],
      verdict: { hop: "tls-expired", err: "CERT_HAS_EXPIRED" },
      first: { hop: "tls-expired", err: "CERT_HAS_EXPIRED" },
      shown: { certificate: expiring(slot - 1), signer: "ours" },
      advice: { means: "it expired", next: "renew" },
    };
    expect(runLine(slot, slot, "id-1", failed)).toMatchObject({
      kind: "FAIL",
      hop: "tls-expired",
      status: undefined,
      cert: -1,
      err: "CERT_HAS_EXPIRED",
      hint: "it expired: renew",
    });
  });

  it("is not late after the clock was set back, and has no days without a certificate", () => {
    expect(runLine(slot, slot - 5, "id-1", { ...good, attempts: [] })).toMatchObject({
      late: 0,
      try: 0,
      cert: undefined,
    });
  });
});

function hint(means: number, next: number): string | undefined {
  return runLine(slot, slot, "x", { ...good, advice: { means: "m".repeat(means), next: "n".repeat(next) } }).hint;
}

describe("a hint", () => {
  it.each([
    [100, 98, `${"m".repeat(100)}: ${"n".repeat(98)}`],
    [101, 98, `${"m".repeat(99)}…: ${"n".repeat(98)}`],
    [50, 196, `m…: ${"n".repeat(196)}`],
    [50, 197, "n".repeat(197)],
    [50, 198, "n".repeat(198)],
    [50, 250, "n".repeat(250)],
  ])("of %i characters and a command of %i never cuts the command", (means, next, text) => {
    expect(hint(means, next)).toBe(text);
  });
});
