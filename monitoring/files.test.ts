import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { alertsFor } from "./alerts.ts";
import { drawFiles } from "./files.ts";

it.each(Object.entries(drawFiles()))("%s matches its source (npm run monitoring writes it)", (file, text) => {
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("there are at most 12 alerts, each with a summary, a first command and its section of the runbook", () => {
  const alerts = alertsFor();
  const names = new Set(alerts.map(({ name }) => name));
  expect(names.size).toBeLessThanOrEqual(12);
  const runbook = readFileSync(join(import.meta.dirname, "../docs/monitoring.md"), "utf8");
  const sections = Array.from(runbook.matchAll(/^### (Analyze\w+)$/gm), ([, name]) => name);
  expect(new Set(sections)).toEqual(names);
  for (const { summary, next } of alerts)
    expect([summary, next]).toEqual([expect.stringMatching(/\.|\}\}$/), expect.any(String)]);
});
