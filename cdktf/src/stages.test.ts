import { expect, it } from "vitest";
import { environment } from "../test/support/fixture.ts";
import { release, rotation } from "../test/support/fixture.ts";
import { synthesise, synthText } from "../test/support/synthesised.ts";
import { readHostConfig } from "./host/config.ts";
import { type Stage, stages } from "./stages.ts";

const { dev, prod } = stages;
const known: Readonly<Record<string, Stage>> = {
  ...stages,
  staging: { ...dev, host: { ...dev.host, networkCidr: "10.80.0.0/24" } },
  blue: {
    ...prod,
    zones: 3,
    host: { ...prod.host, networkCidr: "10.81.0.0/24" },
    cluster: { ...prod.cluster, networkCidr: "10.82.0.0/16" },
  },
};
const builds = { release: await release(), rotation };

/** What a stage must not share: its name, its tag, its networks, its state. */
function marksOf(key: string): string[] {
  const { host, cluster } = known[key] ?? dev;
  const networks = [host.networkCidr, ...(cluster === null ? [] : [cluster.networkCidr])];
  return [`analyze-${key}`, `"stage": "${key}"`, `${key}.tfstate`, ...networks];
}

it.each([
  ["staging", "dev"],
  ["blue", "prod"],
])("one more literal, %s, is enough for a stage: all its resources have its name", (key, model) => {
  const text = synthText(key, {}, builds, known);
  const others = Object.keys(known).filter((other) => other !== key);
  expect(others.flatMap(marksOf).filter((mark) => text.includes(mark))).toEqual([]);
  expect(marksOf(key).filter((mark) => !text.includes(mark))).toEqual([]);
  expect(Object.keys(synthesise(key, {}, builds, known).output)).toEqual(Object.keys(synthesise(model).output));
});

it("has a subnet of each kind in each zone of the literal", () => {
  const { resource } = synthesise("blue", {}, builds, known);
  const names = Object.keys(resource["aws_subnet"] ?? {}).map((name) => name.replace(/_[0-9A-F]{8}$/, ""));
  expect(names.filter((name) => name.startsWith("network")).toSorted()).toEqual(
    ["private", "public"].flatMap((kind) => ["a", "b", "c"].map((zone) => `network_${kind}-${zone}`)),
  );
});

it("keeps the names of the longest key within the limits of AWS", () => {
  const key = "a".repeat(18);
  const host = { ...prod.host, networkCidr: "10.81.0.0/24" };
  const longest: Stage = { ...prod, host, cluster: { ...prod.cluster, networkCidr: "10.82.0.0/16", stores: true } };
  const { resource } = synthesise(key, {}, builds, { ...stages, [key]: longest });
  const attributes = { aws_iam_role: "name_prefix", aws_s3_bucket: "bucket_prefix", aws_alb: "name" } as const;
  const limits = { aws_iam_role: 38, aws_s3_bucket: 37, aws_alb: 32 } as const;
  for (const type of ["aws_iam_role", "aws_s3_bucket", "aws_alb"] as const) {
    const names = Object.values(resource[type] ?? {}).map((one) => String(one[attributes[type]]));
    expect(names.filter((name) => name.length > limits[type])).toEqual([]);
    expect(names).not.toEqual([]);
  }
});

it("finds the host of another stage by its key", () => {
  const env = environment({ ANALYZE_STAGE: "staging" });
  expect(readHostConfig(env, known).stage).toBe("staging");
  expect(() => readHostConfig(env)).toThrow('ANALYZE_STAGE="staging" must be one of dev, prod');
  expect(() => readHostConfig({ ...env, ANALYZE_STAGE: "toString" }, known)).toThrow(
    "must be one of dev, prod, staging",
  );
});

it("rejects every stage while two literals overlap", () => {
  const overlapping = { ...known, twin: { ...dev } };
  expect(() => synthText("dev", {}, builds, overlapping)).toThrow(
    "stage twin: 10.73.0.0/24 overlaps 10.73.0.0/24 of stage dev",
  );
});
