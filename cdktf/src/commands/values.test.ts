import { expect, it } from "vitest";
import { chartValues } from "./values.ts";

const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const tags = { web: "src-1", worker: "src-2" };

it("gives the chart the registry, the images and the edge's name", () => {
  const outputs = new Map([
    ["web-repository", `${registry}/analyze-prod/web`],
    ["worker-repository", `${registry}/analyze-prod/worker`],
    ["edge-url", "https://analyze.example.org/"],
  ]);
  expect(chartValues(outputs, tags)).toEqual({
    image: { registry },
    web: { image: { repository: "analyze-prod/web", tag: "src-1" } },
    worker: { image: { repository: "analyze-prod/worker", tag: "src-2" } },
    edge: { host: "analyze.example.org" },
  });
});

it("says what to do when nothing was deployed", () => {
  expect(() => chartValues(new Map(), tags)).toThrow(/npm run deploy/);
});
