import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startBackend } from "../load/backend.ts";
import { startLoad } from "../load/load.ts";
import { describeWith } from "../support/requirements.ts";
import { ask } from "./ask.ts";
import { issue } from "./certificates.ts";
import { startNginx } from "./nginx.ts";

const post = { path: "/analyze", body: '{"text":"a"}' };

/** A folder with a hosts file that replaces the machine's for a process, and a file beside it. */
function watchedFiles(): { hosts: string; file: string; resolveTo(address: string): void } {
  const folder = mkdtempSync(join(tmpdir(), "follow-"));
  chmodSync(folder, 0o755);
  const [hosts, file] = [join(folder, "hosts"), join(folder, "ca.crt")];
  writeFileSync(file, "first");
  const resolveTo = (address: string): void => writeFileSync(hosts, `${address} web.test\n`);
  resolveTo("127.0.0.2");
  return { hosts, file, resolveTo };
}

/** Runs nginx under follow.sh, as nobody, with that hosts file. */
function launcher({ hosts, file }: { hosts: string; file: string }): string[] {
  const script = 'mount --bind "$0" /etc/hosts && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"';
  const follow = ["env", "FOLLOW_SECONDS=0.2", "sh", "nginx/follow.sh", `web.test ${file}`];
  return ["unshare", "--mount", "sh", "-euc", script, hosts, ...follow];
}

describeWith(["nginx", "root", "linux"], "nginx under follow.sh", () => {
  it("calls web at its new address when the name's address changes, and still tries another instance", async () => {
    const files = watchedFiles();
    let ahead: "reset"[] = [];
    const before = await startBackend(() => "answer", "127.0.0.2");
    const after = await startBackend(() => ahead.shift() ?? "answer", "127.0.0.3", before.port);
    const certificates = (await issue()).dir;
    const nginx = await startNginx({
      webPorts: [before.port],
      webHost: "web.test",
      certificates,
      launcher: launcher(files),
    });
    try {
      expect((await ask(nginx.edge, post)).status).toBe(200);
      await before.close();
      expect((await ask(nginx.edge, post)).status).toBe(503);
      files.resolveTo("127.0.0.3");
      await expect.poll(async () => (await ask(nginx.edge, post)).status, { timeout: 20_000 }).toBe(200);
      ahead = ["reset"];
      const target = { url: `${nginx.edge.url}/analyze`, address: nginx.edge.address, ca: nginx.edge.ca };
      expect(await startLoad({ ...target, count: 100 }).result).toMatchObject({ ok: 100, lost: [] });
    } finally {
      await nginx.stop();
      await after.close();
    }
  });

  it("reads a changed file again, and changes nothing while the name does not resolve", async () => {
    const files = watchedFiles();
    const web = await startBackend(() => "answer", "127.0.0.2");
    const certificates = (await issue()).dir;
    const nginx = await startNginx({
      webPorts: [web.port],
      webHost: "web.test",
      certificates,
      launcher: launcher(files),
    });
    const reloads = (): number => nginx.program.output().split("start worker processes").length - 2;
    try {
      writeFileSync(files.file, "second");
      await expect.poll(reloads, { timeout: 20_000 }).toBe(1);
      writeFileSync(files.hosts, "");
      writeFileSync(files.file, "third");
      expect((await ask(nginx.edge, post)).status).toBe(200);
      files.resolveTo("127.0.0.2");
      await expect.poll(reloads, { timeout: 20_000 }).toBe(2);
      expect((await ask(nginx.edge, post)).status).toBe(200);
      expect(nginx.program.output()).not.toContain("host not found");
    } finally {
      await nginx.stop();
      await web.close();
    }
  });
});
