import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { annotated } from "./annotations.ts";

const images = { web: "registry.test/web@sha256:1", worker: "registry.test/worker@sha256:2" };
const entry = '### Added\n\n- One: "quoted" `code`,\n  on two lines.\n- Two.\n\n### Fixed\n\n- Three.';

it.each([
  ["### Security\n\n- One.", "true", [{ kind: "security", description: "One." }]],
  ["### Known issues\n\n* One.", "false", [{ kind: "changed", description: "One." }]],
  ["### Fixed\n\n### Known issues\n\n- One.", "false", [{ kind: "changed", description: "One." }]],
  ["Only words.", "false", []],
])("a changelog's entry %j: security updates %s", (odd, secure, changes) => {
  const chart = readFileSync("ingress/Chart.yaml", "utf8");
  const { annotations } = parse(annotated(chart, { images }, odd));
  expect(annotations["artifacthub.io/containsSecurityUpdates"]).toBe(secure);
  expect(parse(annotations["artifacthub.io/changes"])).toEqual(changes);
  expect(annotations).not.toHaveProperty("artifacthub.io/prerelease");
  const candidate = chart.replace(/^version: .*$/m, "version: 1.0.0-rc.1");
  expect(parse(annotated(candidate, { images }, odd)).annotations).toHaveProperty("artifacthub.io/prerelease", "true");
});

it("the chart of a release names its images by digest, and what changed", () => {
  const chart = readFileSync("ingress/Chart.yaml", "utf8");
  const { annotations, version } = parse(annotated(chart, { images }, entry));
  expect(version).toBe(parse(chart).version);
  expect(annotations).toMatchObject(parse(chart).annotations);
  expect(parse(annotations["artifacthub.io/images"])).toEqual([
    { name: "web", image: images.web },
    { name: "worker", image: images.worker },
  ]);
  expect(parse(annotations["artifacthub.io/changes"])).toEqual([
    { kind: "added", description: 'One: "quoted" `code`, on two lines.' },
    { kind: "added", description: "Two." },
    { kind: "fixed", description: "Three." },
  ]);
});
