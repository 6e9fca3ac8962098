import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Program, startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { pin } from "../src/host/host-keys.ts";
import { temporaryFolder } from "./support/fixture.ts";
import { ec2Of, endHost, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { freePort } from "../../test/support/ports.ts";
import { clientLine, prepareSshd, putClient, type Sshd } from "./support/sshd.ts";

const main = fileURLToPath(new URL("../src/host/main.ts", import.meta.url));

describeWith(["moto", "sshd", "root"], "npm run host, against an emulated EC2 and a real sshd", () => {
  let moto: Moto;
  let ec2: EC2Client;
  let sshd: Sshd;
  let server: Program;
  let host: { id: string; address: string };
  let env: NodeJS.ProcessEnv;
  const log = join(temporaryFolder(), "analyze.log");

  const run = (args: string[], change: NodeJS.ProcessEnv = {}, cwd = process.cwd()) =>
    spawnSync(process.execPath, [main, ...args], { env: { ...process.env, ...env, ...change }, cwd, encoding: "utf8" });

  beforeAll(async () => {
    moto = await startMoto();
    ec2 = ec2Of(moto);
    host = await makeHost(ec2);
    const port = await freePort();
    sshd = prepareSshd(host.address, port);
    server = await sshd.start();
    putClient(sshd.bin, log);
    env = {
      ...moto.env,
      ANALYZE_SSH_PORT: String(port),
      ANALYZE_SSH_USER: userInfo().username,
      ANALYZE_SSH_PUBLIC_KEY_FILE: sshd.keyFile,
      ANALYZE_KNOWN_HOSTS_FILE: join(temporaryFolder(), "known_hosts"),
    };
  });

  afterAll(async () => {
    await server.stop();
    await moto.stop();
  });

  it("status finds the host by its tags and shows the client's last line", () => {
    const { stdout, status } = run(["status"]);
    expect(stdout).toContain(host.id);
    expect(stdout).toContain(host.address);
    expect(stdout).toContain(clientLine);
    expect(status).toBe(0);
  });

  it("status --json gives the same facts to a program", () => {
    expect(JSON.parse(run(["status", "--json"]).stdout)).toMatchObject({
      stage: "dev",
      instance: { id: host.id, state: "running", address: host.address },
      lastLine: clientLine,
    });
  });

  it("log and report run the client's command on the host, and exit with its code", () => {
    expect(run(["log", "-n", "5"]).stdout).toBe(`${clientLine}\n`);
    expect(run(["report", "--until", "2026-11-22"]).stdout).toContain("2026-11-21");
    const wrong = run(["report", "--slo", "it's not a number"]);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("it's not a number")]);
  });

  it("report --open fetches the page and opens it in this machine's browser", () => {
    const folder = temporaryFolder();
    const browser = join(folder, "browser");
    writeFileSync(browser, `#!/bin/sh\necho "$1" >'${folder}/opened'\n`, { mode: 0o755 });
    const shown = run(["report", "--open", "--until", "2026-11-22"], { BROWSER: browser }, folder);
    expect([shown.status, shown.stderr]).toEqual([0, ""]);
    const file = join(folder, "state/report-dev.html");
    expect(shown.stdout).toBe(`The report is in ${file}\n`);
    expect(readFileSync(join(folder, "opened"), "utf8")).toBe(`${file}\n`);
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>[^]*<h1>[^]*<\/html>\s*$/);
  });

  it("report --open prints the client's message if there is no page, and names a browser that does not start", () => {
    const wrong = run(["report", "--open", "--slo", "it's not a number"]);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("it's not a number")]);
    const none = run(["report", "--open"], { BROWSER: "/nonexistent" }, temporaryFolder());
    expect([none.status, none.stdout]).toEqual([1, expect.stringMatching(/^The report is in .*report-dev\.html\n$/)]);
    expect(none.stderr).toMatch(/^No browser could be started \(\/nonexistent\): open that file/);
  });

  it("a host whose key differs from the pinned one is rejected", () => {
    const file = join(temporaryFolder(), "known_hosts");
    pin(file, host.id, [sshd.hostKey]);
    expect(run(["log"], { ANALYZE_KNOWN_HOSTS_FILE: file }).status).toBe(0);
    const other = join(temporaryFolder(), "known_hosts");
    pin(other, host.id, ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz3Zq5y0n1Wl1dXqVx1s7m0sB7vW1qJ8r5m1h0Yh4cQ"]);
    const refused = run(["log"], { ANALYZE_KNOWN_HOSTS_FILE: other });
    expect(refused.stderr).toMatch(/Host key verification failed|HOST IDENTIFICATION HAS CHANGED/);
    expect(refused.status).not.toBe(0);
  });

  it("no host, a wrong region and no credentials have different messages, each with the next step", () => {
    expect(run(["status"], { ANALYZE_STAGE: "prod" }).stderr).toMatch(
      /No host of stage prod \(ANALYZE_STAGE\) is in eu-central-1 .*npm run deploy/s,
    );
    expect(run(["status"], { AWS_REGION: "us-east-1" }).stderr).toMatch(
      /No host .* us-east-1 \(AWS_REGION\)\..*set AWS_REGION/s,
    );
    const none = {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_CONFIG_FILE: "none",
      AWS_SHARED_CREDENTIALS_FILE: "none",
    };
    expect(run(["status"], none).stderr).toMatch(/No AWS credentials were found: run `aws configure`/);
    expect(run(["status"], { AWS_REGION: "here" }).stderr).toMatch(/AWS_REGION="here" is not a region of AWS/);
  });

  it("two hosts with the same tags are both named, and neither is used", async () => {
    const second = await makeHost(ec2);
    const { stderr, status } = run(["status"]);
    await endHost(ec2, second.id);
    expect([status, stderr]).toEqual([1, expect.stringContaining("2 hosts of stage dev")]);
    expect(stderr).toContain(host.id);
    expect(stderr).toContain(second.id);
  });

  it("log -f follows new lines until it is stopped", async () => {
    const follow = startProgram(process.execPath, [main, "log", "-f"], { env: { ...process.env, ...env } });
    await follow.waitFor(/06:21:00Z ok/);
    appendFileSync(log, `${clientLine.replace(":21:", ":22:")}\n`);
    expect((await follow.waitFor(/06:22:00Z (\w+)/))[1]).toBe("ok");
    // Its ssh ends with it; the program on the host ends when it writes its next lines to the closed pipe.
    expect(await follow.stop()).toBe(143);
    expect(spawnSync("pgrep", ["-f", `HostKeyAlias=${host.id}`]).status).toBe(1);
    const pid = readFileSync(`${log}.pid`, "utf8").trim();
    const isGone = (): boolean => {
      appendFileSync(log, `${clientLine.replace(":21:", ":23:")}\n`);
      return spawnSync("kill", ["-0", pid]).status !== 0;
    };
    await vi.waitUntil(isGone, { timeout: 10_000, interval: 500 });
  });

  // Last, because the emulator gives a stopped host another address, which belongs to somebody else.
  it("stop, start and reboot change the state and report it", () => {
    expect(run(["stop"]).stdout).toBe(`${host.id} is stopped\n`);
    expect(run(["log"]).stderr).toMatch(/is stopped: `npm run host -- start` starts it/);
    expect(run(["start"]).stdout).toBe(`${host.id} runs\n`);
    expect(run(["reboot"]).stdout).toBe(`${host.id} reboots\n`);
  });
});
