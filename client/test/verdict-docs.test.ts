import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findingsOnTheWay } from "../src/poller/doctor/way.ts";
import { hops } from "../src/line/record.ts";
import { places } from "../src/poller/config.ts";
import { advise } from "../src/poller/probe/advice.ts";
import type { Attempt } from "../src/poller/probe/attempt.ts";
import type { Probed } from "../src/poller/probe/probe.ts";
import type { Target } from "../src/poller/probe/target.ts";
import { faults } from "./faults/index.ts";

const documentation = readFileSync(fileURLToPath(new URL("../../docs/client.md", import.meta.url)), "utf8");

const target: Target = {
  url: new URL("https://analyze.test/analyze"),
  ca: "",
  caFile: "/etc/analyze/ca.crt",
  address: { ip: "192.0.2.7", family: 4, port: undefined },
  identity: undefined,
  place: "host",
};

/** A probe of a port that refuses, as data. */
function refused(): Probed {
  const failure = { code: "ECONNREFUSED", message: "connect ECONNREFUSED 192.0.2.7:443", phase: "tcp" } as const;
  const attempt: Attempt = { ms: 4, phases: {}, address: "192.0.2.7", failure };
  const verdict = { hop: "tcp", err: "ECONNREFUSED" } as const;
  const situation = { verdict, target, requestId: "x", attempt, shown: undefined, trusted: undefined, now: 0 };
  return {
    attempts: [attempt, attempt],
    verdict,
    first: verdict,
    shown: undefined,
    advice: advise(situation),
    ms: 1012,
  };
}

it("shows the doctor's output for a broken hop", () => {
  const broken = [...findingsOnTheWay(target, refused())].at(-1);
  expect(documentation).toContain(`✗ tcp           ${broken?.saw}\n`);
  expect(documentation).toContain(`  means         ${broken?.means}\n`);
  expect(documentation).toContain(`  next          ${broken?.next}\n`);
});

it("names every hop, every place, and the number of faults that are tested", () => {
  for (const hop of hops) expect(documentation).toContain(`| \`${hop}\``);
  for (const place of places) expect(documentation).toContain(`| \`${place}\``);
  // One more is outside the table: a machine that does not accept connections.
  const counts = documentation.match(/\d+ faults/g) ?? [];
  expect(counts.length).toBeGreaterThan(0);
  for (const count of counts) expect(count).toBe(`${faults.length + 1} faults`);
});
