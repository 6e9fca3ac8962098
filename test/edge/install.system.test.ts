import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { issueAll } from "../../certs/src/index.ts";
import { describeWith } from "../support/requirements.ts";

const script = fileURLToPath(new URL("../../nginx/install-certificate.sh", import.meta.url));
let dir: string;
let from: string;
let to: string;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "install-"));
  [from, to] = [join(dir, "issued"), join(dir, "tls")];
  await issueAll({ dir: from });
});
afterEach(() => rmSync(dir, { recursive: true }));

function install(source = from): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync("sh", [script, source, to], { encoding: "utf8" });
  return { status, stderr };
}

function installed(): string {
  return readFileSync(join(to, "current/tls.crt"), "utf8");
}

describeWith(["linux", "openssl"], "install-certificate.sh", () => {
  it("installs a version beside the one in use, and keeps that one until the next change", async () => {
    expect(install()).toEqual({ status: 0, stderr: "" });
    const versions = [readlinkSync(join(to, "current"))];
    for (const _ of [1, 2]) {
      await issueAll({ dir: from, renew: true, newKey: true });
      expect(install()).toEqual({ status: 0, stderr: "" });
      versions.push(readlinkSync(join(to, "current")));
    }
    expect(
      readdirSync(to)
        .filter((name) => name.startsWith("v."))
        .toSorted(),
    ).toEqual(versions.slice(-2).toSorted());
    expect(installed()).toBe(readFileSync(join(from, "tls.crt"), "utf8"));
    expect([readdirSync(join(to, "current/empty")), statSync(join(to, "current/tls.key")).mode & 0o077]).toEqual([
      [],
      0,
    ]);
  });

  it("does nothing when the version is in use", () => {
    install();
    const before = readlinkSync(join(to, "current"));
    expect(install()).toEqual({ status: 0, stderr: "" });
    expect(readlinkSync(join(to, "current"))).toBe(before);
  });

  it.each([
    [
      "a key of another certificate",
      async () => {
        await issueAll({ dir: join(dir, "other") });
        copyFileSync(join(dir, "other/tls.key"), join(from, "tls.key"));
      },
      /tls\.key is not the key of tls\.crt\. Nothing was changed/,
    ],
    [
      "a set that was not finished",
      async () => mkdirSync(join(from, ".commit")),
      /an interrupted run of "npm run certs"/,
    ],
    [
      "a missing key",
      async () => rmSync(join(from, "tls.key")),
      /cannot read tls\.key\. Issue the certificate with: npm run certs/,
    ],
    [
      "an RSA certificate without its key",
      async () => copyFileSync(join(from, "tls.crt"), join(from, "rsa.crt")),
      /cannot read rsa\.key/,
    ],
  ])("rejects %s, and keeps the version in use", async (_, spoil, message) => {
    install();
    const before = [installed(), readdirSync(to)];
    await issueAll({ dir: from, renew: true, newKey: true });
    await spoil();
    expect(install()).toEqual({ status: 1, stderr: expect.stringMatching(message) });
    expect([installed(), readdirSync(to)]).toEqual(before);
  });

  it("reads one version of a mounted Secret while the kubelet replaces the link to all files", async () => {
    const mount = join(dir, "secret");
    mkdirSync(mount);
    symlinkSync(from, join(mount, "..data"));
    for (const name of ["tls.crt", "tls.key"]) symlinkSync(join("..data", name), join(mount, name));
    expect(install(mount)).toEqual({ status: 0, stderr: "" });
    expect(installed()).toBe(readFileSync(join(from, "tls.crt"), "utf8"));
  });
});
