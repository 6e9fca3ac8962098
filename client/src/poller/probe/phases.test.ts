import { expect, it } from "vitest";
import { phaseReached, phasesOf } from "./phases.ts";

it.each([
  [{}, true, "dns"],
  [{ resolved: 1 }, true, "tcp"],
  [{}, false, "tcp"],
  [{ resolved: 1, connected: 2 }, true, "tls"],
  [{ connected: 2 }, false, "tls"],
  [{ connected: 2, secured: 3 }, false, "wait"],
] as const)("a trace of %o, by name %s, is at %s", (stamps, dns, phase) => {
  expect(phaseReached({ started: 0, ...stamps }, dns)).toBe(phase);
});

it.each([
  [{ resolved: 12.4, connected: 15, secured: 25.6 }, 60, { dns: 2, tcp: 3, tls: 11, wait: 34 }],
  [{ connected: 15, secured: 25 }, 60, { dns: undefined, tcp: 5, tls: 10, wait: 35 }],
  [{ resolved: 12, connected: 15, secured: 25 }, undefined, { dns: 2, tcp: 3, tls: 10, wait: undefined }],
  [{ resolved: 12 }, undefined, { dns: 2, tcp: undefined, tls: undefined, wait: undefined }],
  [{}, undefined, { dns: undefined, tcp: undefined, tls: undefined, wait: undefined }],
] as const)("a trace of %o that ended at %s took %o", (stamps, ended, phases) => {
  expect(phasesOf({ started: 10, ...stamps }, ended)).toEqual(phases);
});
