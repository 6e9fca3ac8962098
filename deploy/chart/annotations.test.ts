import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { annotated } from "./annotations.ts";

const images = { web: "registry.test/web@sha256:1", worker: "registry.test/worker@sha256:2" };
const entry = '### Added\n\n- One: "quoted" `code`,\n  on two lines.\n- Two.\n\n### Fixed\n\n- Three.';

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
