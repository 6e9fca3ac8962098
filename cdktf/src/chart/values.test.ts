import { expect, it } from "vitest";
import { chartValues } from "./values.ts";

const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const tags = { web: "src-1", worker: "src-2", client: "src-3" };
const repositories = (stage: string): [string, string][] =>
  ["web", "worker", "client"].map((name) => [`${name}-repository`, `${registry}/analyze-${stage}/${name}`]);
const arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/analyze-prod-web/50dc6c495c0c9188";

it("gives the chart the registry, the images, the edge's name, its target group and its subnets", () => {
  const outputs = new Map([
    ...repositories("prod"),
    ["edge-url", "https://analyze.example.org/"],
    ["target-group", arn],
    ["edge-cidrs", "10.74.0.0/24,10.74.1.0/24"],
  ]);
  expect(chartValues(outputs, tags)).toEqual({
    image: { registry },
    web: { image: { repository: "analyze-prod/web", tag: "src-1" } },
    worker: { image: { repository: "analyze-prod/worker", tag: "src-2" } },
    test: { image: { repository: "analyze-prod/client", tag: "src-3" } },
    edge: { host: "analyze.example.org", targetGroup: { arn } },
    networkPolicy: { edgeCidrs: ["10.74.0.0/24", "10.74.1.0/24"] },
    redis: { enabled: false },
    mongodb: { enabled: false },
  });
});

it("turns tasks and documents on if the stage has stores: images of the stage's mirror, passwords of the rotated secret", () => {
  const mirror = `${registry}/analyze-prod/mirror`;
  const outputs = new Map([
    ...repositories("prod"),
    ["valkey-image", `${mirror}/valkey:8.1`],
    ["mongo-image", `${mirror}/mongo:8.0`],
    ["secret-arn", "arn:aws:secretsmanager:1"],
  ]);
  expect(chartValues(outputs, tags)).toMatchObject({
    redis: { enabled: true, image: `${mirror}/valkey:8.1`, userSecretName: "stores" },
    mongodb: { enabled: true, image: `${mirror}/mongo:8.0`, passwordSecretName: "stores" },
    auth: { tokensSecretName: "analyze-tokens" },
  });
});

it("gives only the images if the edge is the cluster's own", () => {
  expect(Object.keys(chartValues(new Map(repositories("dev")), tags))).toEqual(["image", "web", "worker", "test"]);
});

it("gives images of a record by digest, from the record's registry", () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const images = Object.fromEntries(["web", "worker", "client"].map((name) => [name, `ghcr.io/o/${name}@${digest}`]));
  const record = { version: "1.0.0", revision: null, base: { name: "base", digest: null }, images };
  const outputs = new Map(repositories("prod"));
  expect(chartValues(outputs, tags, record)).toEqual({
    image: { registry: "" },
    web: { image: { repository: "ghcr.io/o/web", digest } },
    worker: { image: { repository: "ghcr.io/o/worker", digest } },
    test: { image: { repository: "ghcr.io/o/client", digest } },
  });
  const withoutWorker = { ...record, images: { web: images["web"] ?? "" } };
  expect(() => chartValues(outputs, tags, withoutWorker)).toThrow(/has no worker/);
});

it("says what to do if nothing was deployed", () => {
  expect(() => chartValues(new Map(), tags)).toThrow(/npm run deploy/);
});
