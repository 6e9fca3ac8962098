import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type ImageRecord, onlyCluster, readRecord, writeRecord } from "./record.ts";

const file = (): string => join(mkdtempSync(join(tmpdir(), "record-")), "dist", "images.json");
const digest = `sha256:${"0a".repeat(32)}`;
const record: ImageRecord = {
  version: "1.2.3",
  revision: "c0ffee",
  base: { name: "base:tag", digest: null },
  images: { web: `registry.test/web@${digest}` },
};

it("a record is read as it was written", () => {
  const place = file();
  writeRecord(place, record);
  expect(readRecord(place)).toEqual(record);
});

it("for a cluster a record has only the images that a stage on AWS has repositories for", () => {
  const images = { web: `r.test/web@${digest}`, certs: `r.test/certs@${digest}` };
  expect(onlyCluster({ ...record, images })).toEqual({ ...record, images: { web: images.web } });
  expect(() => onlyCluster({ ...record, images: { certs: images.certs } })).toThrow(/has none of web, worker, client/);
});

it("a missing record names the command that writes it", () => {
  expect(() => readRecord(file())).toThrow(/`npm run images -- --push REGISTRY` writes it/);
});

it.each([
  [
    "a tag in place of a digest",
    JSON.stringify({ ...record, images: { web: "registry.test/web:1" } }),
    /images\.web: must end with @sha256:…/,
  ],
  [
    "a short digest",
    JSON.stringify({ ...record, images: { web: `registry.test/web@${digest.slice(0, -1)}` } }),
    /images\.web/,
  ],
  ["no image", JSON.stringify({ ...record, images: {} }), /images: names no image/],
  ...["--key=x", "anna:s3cret@registry.test/web", "registry.test/a b", "Registry/Web"].map(
    (name): [string, string, RegExp] => [
      `the name ${name}`,
      JSON.stringify({ ...record, images: { web: `${name}@${digest}` } }),
      /images\.json is not a record of images: images\.web: must begin with registry\/name(?!.*s3cret)/,
    ],
  ),
  ["half a file", JSON.stringify(record).slice(0, 20), /the file: /],
])("a record with %s is rejected with the position of the fault", (_, text, fault) => {
  const place = join(mkdtempSync(join(tmpdir(), "record-")), "images.json");
  writeFileSync(place, text);
  expect(() => readRecord(place)).toThrow(fault);
});
