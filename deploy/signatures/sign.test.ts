import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeProgram, type Answer } from "../../test/support/fake-program.ts";
import type { ImageRecord } from "../images/record.ts";
import { signImages } from "./sign.ts";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const reference = (name: string): string => `registry.test/analyze/${name}@sha256:${"0".repeat(64)}`;
const record: ImageRecord = {
  version: "1.0.0",
  revision: null,
  base: { name: "base", digest: null },
  images: { web: reference("web"), worker: reference("worker") },
};
const signer = { kind: "key", file: "cosign.key" } as const;
const folder = (): string => join(mkdtempSync(join(tmpdir(), "sign-")), "dist", "bills");

function programs(...answers: Answer[]) {
  const trivy = fakeProgram("trivy", [{ to: "image" }]);
  return { trivy, cosign: fakeProgram("cosign", [...answers, { to: "sign " }, { to: "attest " }]) };
}

it("signs and attests each image by its digest, after its bill of materials is there", async () => {
  const { trivy, cosign } = programs();
  const bills = folder();
  await signImages(record, signer, bills);
  expect(existsSync(bills)).toBe(true);
  const names = ["web", "worker"];
  expect(trivy.calls()).toEqual(
    names.map((name) => expect.stringMatching(new RegExp(`--output ${bills}/${name}.spdx.json ${reference(name)}$`))),
  );
  expect(cosign.calls()).toEqual(
    names.flatMap((name) => [
      expect.stringMatching(new RegExp(`^sign --key cosign\\.key .* ${reference(name)}$`)),
      expect.stringMatching(
        new RegExp(`^attest .*--type spdxjson --predicate ${bills}/${name}.spdx.json ${reference(name)}$`),
      ),
    ]),
  );
});

it("reads images from their registry, without a daemon or a database", async () => {
  const { trivy } = programs();
  await signImages(record, signer, folder());
  for (const call of trivy.calls()) expect(call).toMatch(/--image-src remote .*--format spdx-json/);
});

it("writes no signature for an image whose bill of materials cannot be made", async () => {
  const { cosign } = programs();
  fakeProgram("trivy", [{ to: "image", code: 1, stderr: "no such image" }]);
  await expect(signImages(record, signer, folder())).rejects.toThrow("no such image");
  expect(cosign.calls()).toEqual([]);
});

it("stops at the first image that fails", async () => {
  const { cosign } = programs({ to: `sign --key cosign.key`, code: 1, stderr: "wrong password" });
  await expect(signImages(record, signer, folder())).rejects.toThrow("wrong password");
  expect(cosign.calls()).toHaveLength(1);
});

it("says what to install where cosign is missing", async () => {
  const { trivy } = programs();
  vi.stubEnv("PATH", trivy.folder);
  await expect(signImages(record, signer, folder())).rejects.toThrow(/^cosign is not installed: install version 3/);
});
