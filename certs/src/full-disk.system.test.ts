import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { issueAll } from "./issue.ts";

describeWith(["linux", "root"], "a full disk", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "certs-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", dir]);
  });
  afterEach(() => {
    execFileSync("umount", [dir]);
    rmSync(dir, { recursive: true });
  });

  const contents = () => readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]);

  it("stops a renewal with a reason, and changes no file", async () => {
    await issueAll({ dir });
    const before = contents();
    expect(() => {
      for (let size = 0; ; size += 1) writeFileSync(join(dir, "ballast"), Buffer.alloc(1024), { flag: "a" });
    }).toThrow(/ENOSPC/);
    await expect(issueAll({ dir, renew: true, newKey: true })).rejects.toThrow(/cannot write to .*ENOSPC/);
    rmSync(join(dir, "ballast"));
    expect(contents()).toEqual(before);
    expect((await issueAll({ dir, renew: true })).map(({ done }) => done)).toEqual(["kept", "issued"]);
  });
});
