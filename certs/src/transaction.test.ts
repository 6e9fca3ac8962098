import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { read } from "./folder.ts";
import { isIssuedBy, isPair } from "./inspect.ts";
import { issueAll } from "./issue.ts";
import { withLock } from "./lock.ts";
import { recover, write } from "./transaction.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Whether leaf and CA exist and match, or neither exists. */
function isWhole(): boolean {
  const [ca, tls] = [read(dir, "ca"), read(dir, "tls")];
  if (!ca || !tls) return ca === tls;
  const pairs = [ca, tls].every(({ certificate, key }) => key !== undefined && isPair(certificate, key));
  return pairs && isIssuedBy(tls.certificate, ca.certificate);
}

describe("write", () => {
  it("leaves no temporary file, and makes keys readable by their owner only", () => {
    write(dir, { files: { "a.crt": "1", "a.key": "2" } });
    expect(readdirSync(dir)).toEqual(["a.crt", "a.key"]);
    expect(process.platform === "win32" || (statSync(join(dir, "a.key")).mode & 0o777) === 0o600).toBe(true);
  });

  it("changes nothing if a file of the set cannot be written", () => {
    write(dir, { files: { "a.crt": "old" } });
    expect(() => write(dir, { files: { "a.crt": "new", "no-such-folder/a.key": "new" } })).toThrow(/ENOENT/);
    expect(readdirSync(dir)).toEqual(["a.crt"]);
    expect(readFileSync(join(dir, "a.crt"), "utf8")).toBe("old");
  });

  it("is completed by the next run if it was killed after its set was valid", () => {
    write(dir, { files: { "a.crt": "old", "a.key": "old", "b.key": "old" } });
    mkdirSync(join(dir, ".commit"));
    writeFileSync(join(dir, ".commit/a.key"), "new");
    writeFileSync(join(dir, ".commit/.remove"), "b.key");
    recover(dir);
    expect(readdirSync(dir)).toEqual(["a.crt", "a.key"]);
    expect(readFileSync(join(dir, "a.key"), "utf8")).toBe("new");
  });

  it("is discarded by the next run if it was killed before its set was valid", () => {
    mkdirSync(join(dir, ".stage-1"));
    writeFileSync(join(dir, ".stage-1/a.key"), "half");
    recover(dir);
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("a run of certs", () => {
  it("leaves a complete set or none, killed at any point", async () => {
    let killed = 0;
    for (const call of Array.from({ length: 14 }, (_, index) => index + 1)) {
      // Kills the process at the n-th call that changes the file system.
      const hook = `
        const fs = require("node:fs"); let calls = 0;
        for (const name of ["writeFileSync", "renameSync", "mkdirSync", "fsyncSync", "rmSync"]) {
          const real = fs[name];
          fs[name] = (...all) => { calls += 1; if (calls === ${call}) process.kill(process.pid, "SIGKILL"); return real(...all); };
        }
        require("node:module").syncBuiltinESMExports();`;
      const child = spawn(
        process.execPath,
        [
          "--import",
          `data:text/javascript,import { createRequire } from "node:module"; const require = createRequire("${main}");${encodeURIComponent(hook)}`,
          main,
          "--dir",
          dir,
          "--renew",
          "--new-key",
        ],
        { stdio: "ignore" },
      );
      const [, signal] = await once(child, "exit");
      if (signal === "SIGKILL") killed += 1;
      expect(isWhole()).toBe(true);
    }
    expect(killed).toBeGreaterThan(8);
    await issueAll({ dir });
    expect(isWhole()).toBe(true);
    expect(readdirSync(dir).filter((name) => name.startsWith("."))).toEqual([]);
  }, 60_000);

  it("waits for another run: eight concurrent runs issue one CA, and each ends with it", async () => {
    const run = () => promisify(execFile)(process.execPath, [main, "--dir", dir]);
    const outputs = await Promise.all(Array.from({ length: 8 }, run));
    expect(outputs.filter(({ stdout }) => stdout.includes("Issued the CA"))).toHaveLength(1);
    expect(isWhole()).toBe(true);
    expect(readdirSync(dir)).toEqual(["ca.crt", "ca.key", "tls.crt", "tls.key"]);
  }, 60_000);

  it.each([
    ["was killed", `999999999 ${hostname()}`],
    ["was killed before it wrote its name", ""],
    ["was killed in another container", "1 another"],
  ])("takes over the lock of a run that %s", async (_, holder) => {
    writeFileSync(join(dir, ".lock"), holder);
    expect(await withLock(dir, async () => "in", { waitMs: 10_000, silentMs: 100 })).toBe("in");
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([`${process.pid} ${hostname()}`, "1 another"])(
    "reports the lock of a running process: %s",
    async (holder) => {
      const lock = join(dir, ".lock");
      writeFileSync(lock, holder);
      const refused = withLock(dir, async () => "in", { waitMs: 100, silentMs: 10_000 });
      await expect(refused).rejects.toThrow(/another process is writing to .*remove .*\.lock/);
      expect(readFileSync(lock, "utf8")).toBe(holder);
    },
  );

  it.skipIf(process.platform === "win32")(
    "reports what it cannot write, and writes nothing if nothing is due",
    async () => {
      const isRoot = process.getuid?.() === 0;
      const run = async () => {
        const options = isRoot ? { uid: 65_534, gid: 65_534 } : {};
        const args = [main, "--dir", dir];
        return promisify(execFile)(process.execPath, args, options).catch(
          (error: { code: number; stderr: string }) => error,
        );
      };
      chmodSync(dir, 0o555);
      expect(await run()).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^certs: cannot write to .*EACCES.*\n$/),
      });
      chmodSync(dir, 0o755);
      await issueAll({ dir });
      for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
      chmodSync(dir, 0o555);
      expect(await run()).toMatchObject({ stdout: expect.stringContaining("Kept the CA") });
      for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o000);
      const unreadable = { code: 1, stderr: expect.stringMatching(/^certs: cannot read .*ca\.crt \(EACCES\).*\n$/) };
      expect(await run()).toMatchObject(unreadable);
      chmodSync(dir, 0o755);
    },
  );
});
