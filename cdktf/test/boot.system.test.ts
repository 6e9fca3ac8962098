import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { buildRelease } from "../src/release/build.ts";
import { currentKey, releaseKey, secretsKey } from "../src/release/keys.ts";
import { packRelease, type Release } from "../src/release/release.ts";
import { cloudConfig } from "../src/user-data/cloud-config.ts";
import { readHostScripts } from "../src/user-data/scripts.ts";
import { clientOf } from "./support/aws.ts";
import { type Edge, startEdge } from "./support/edge.ts";
import { release, temporaryFolder } from "./support/fixture.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { type Moto, startMoto } from "./support/moto.ts";

const Bucket = "analyze-dev-releases-1";
const unitFolder = fileURLToPath(new URL("../../client/systemd", import.meta.url));
const log = "/var/log/analyze.log";

describeWith(["docker", "moto"], "the client's host, booted", () => {
  let moto: Moto;
  let edge: Edge;
  let host: Machine;
  let s3: S3Client;
  let first: Release;

  beforeAll(async () => {
    [moto, edge] = await Promise.all([startMoto(), startEdge()]);
    s3 = clientOf(S3Client, moto);
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }),
    );
    first = await releaseWith({});
    await publish(first);
    host = await bootMachine(
      cloudConfig({ bucket: Bucket, region: "eu-central-1", logGroup: null }, readHostScripts()),
      moto.url,
    );
    await reached(() => host.run("systemctl", "is-system-running", "--wait").output === "running\n");
  });

  afterAll(async () => {
    host.destroy();
    await Promise.all([moto.stop(), edge.stop()]);
  });

  /** The real client, with settings for this test's edge. */
  function releaseWith(settings: Record<string, string>): Promise<Release> {
    const target = { ...edge.settings, ANALYZE_CA_FILE: "/etc/analyze/ca.crt", ...settings };
    return buildRelease({ settings: target, caFile: edge.caFile });
  }

  async function publish(archive: Release, bytes = readFileSync(archive.file)): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket, Key: releaseKey(archive.sha256), Body: bytes }));
    await s3.send(new PutObjectCommand({ Bucket, Key: currentKey, Body: archive.sha256 }));
  }

  function service(property: string): string {
    return host.run("systemctl", "show", "--value", `--property=${property}`, "analyze-client").output.trim();
  }

  it("finishes cloud-init without a warning about the user data, and runs the client without root", () => {
    expect(host.run("cloud-init", "status").output).toContain("status: done");
    expect(service("ActiveState")).toBe("active");
    expect(host.run("ps", "-o", "user=", "-p", service("MainPID")).output.trim()).toBe("analyze");
    expect(host.read("/var/log/dnf-stand-in.log")).toContain("install --assumeyes --quiet nodejs24 logrotate");
  });

  it("writes an ok line of the real edge, verified by the release's CA", async () => {
    await reached(() => / ok +app +200 /.test(host.read(log)));
    expect(host.read(log).split("\n")[0]).toMatch(/ start .* url=https:\/\/analyze\.test/);
    expect(host.run("stat", "-c", "%U:%G %a", log).output).toBe("analyze:adm 640\n");
  });

  it("gives a person the client's commands on the PATH, without root", () => {
    const { status, output } = host.run("runuser", "-u", "ec2-user", "--", "analyze", "report");
    expect([status, output]).toEqual([0, expect.stringContaining("100")]);
  });

  it("runs a unit that passes systemd-analyze verify and security", () => {
    const unit = "/etc/systemd/system/analyze-client.service";
    expect(host.run("systemd-analyze", "verify", unit)).toEqual({ status: 0, output: "" });
    const { output } = host.run("systemd-analyze", "security", "--no-pager", "analyze-client.service");
    expect(Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(output)?.[1])).toBeLessThanOrEqual(2.0);
  });

  it("a second run changes nothing: no package is installed, and the client is not restarted", () => {
    const pid = service("MainPID");
    const before = host.run("sh", "-c", "cd /opt/analyze && find . -type f | sort | xargs sha256sum").output;
    expect(host.run("/usr/local/sbin/analyze-setup").status).toBe(0);
    expect(host.run("sh", "-c", "cd /opt/analyze && find . -type f | sort | xargs sha256sum").output).toBe(before);
    expect(service("MainPID")).toBe(pid);
  });

  it("rejects a release whose content does not match its name, and keeps the old one", async () => {
    const pid = service("MainPID");
    const tampered = await releaseWith({ ANALYZE_SCHEDULE: "*/7 * * * *" });
    await publish(tampered, readFileSync((await release("process.exit(0)")).file));
    const { status, output } = host.run("/usr/local/sbin/analyze-update");
    expect([status, output]).toEqual([1, expect.stringContaining(`(${tampered.sha256}): refused`)]);
    expect(service("MainPID")).toBe(pid);
    expect(host.run("ls", "/opt/analyze/releases").output.trim()).toBe(first.sha256);
  });

  it("applies a new setting without a new host, and keeps the old release", async () => {
    const next = await releaseWith({ ANALYZE_SCHEDULE: "*/2 * * * *" });
    await publish(next);
    expect(host.run("/usr/local/sbin/analyze-update").output).toContain(`running ${next.sha256}`);
    expect(service("ActiveState")).toBe("active");
    expect(host.read(log)).toMatch(
      new RegExp(` start .* version=\\S+\\+${next.sha256.slice(0, 12)} .* schedule="\\*/2 `),
    );
    expect(host.run("ls", "/opt/analyze/releases").output.split("\n").filter(Boolean).sort()).toEqual(
      [first.sha256, next.sha256].sort(),
    );
  });

  it("passes a secret setting to the client that only root can read, and that is in no release", async () => {
    const setting = "ANALYZE_HEARTBEAT_URL='https://hc-ping.test/a-secret'\n";
    await s3.send(new PutObjectCommand({ Bucket, Key: secretsKey, Body: setting }));
    expect(host.run("/usr/local/sbin/analyze-update")).toEqual({ status: 0, output: "" });
    expect(host.run("cat", `/proc/${service("MainPID")}/environ`).output).toContain("=https://hc-ping.test/a-secret\0");
    expect(host.run("stat", "-c", "%U %a", "/etc/analyze/secret.env").output).toBe("root 600\n");
    const found = host.run("grep", "-rl", "a-secret", "/etc", "/opt", "/var/log", "/var/lib/cloud").output;
    expect(found.trim()).toBe("/etc/analyze/secret.env");
  });

  it("rolls back a release that does not start, reports it, and retries it later", async () => {
    const good = host.run("readlink", "/opt/analyze/client").output.trim();
    const bundle = join(temporaryFolder(), "main.mjs");
    writeFileSync(bundle, "process.exit(1)");
    const parts = { bundle, unitFolder, caFile: edge.caFile, settings: edge.settings };
    const broken = await packRelease(parts, temporaryFolder());
    await publish(broken);
    const { status, output } = host.run("/usr/local/sbin/analyze-update");
    expect([status, output]).toEqual([1, expect.stringContaining(`${broken.sha256} does not start (try 1 of 5);`)]);
    expect(host.run("readlink", "/opt/analyze/client").output.trim()).toBe(good);
    expect(service("ActiveState")).toBe("active");
    const again = host.run("/usr/local/sbin/analyze-update");
    expect([again.status, again.output]).toEqual([1, expect.stringMatching(/in 1 of 5 tries; the next is at 20/)]);
  });

  it("installs security updates by a timer that is active", () => {
    for (const unit of ["analyze-patch.timer", "analyze-update.timer"]) {
      expect([unit, host.run("systemctl", "is-active", unit).output]).toEqual([unit, "active\n"]);
    }
    expect(host.run("systemctl", "cat", "analyze-patch.service").output).toContain(
      "upgrade --security --releasever=latest",
    );
  });
});

/** Resolves when the condition holds. The machine sends no events, so it is polled every second. */
async function reached(holds: () => boolean, seconds = 120): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`not so within ${seconds} s`);
}
