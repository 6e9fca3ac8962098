import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cloudConfig, userDataBytes, userDataLimit } from "./cloud-config.ts";
import { readHostScripts } from "./scripts.ts";

const source = { bucket: "analyze-dev-releases-20261121090551263700000002", region: "eu-central-1", logGroup: null };

const fileShape = z.object({ path: z.string(), owner: z.string(), permissions: z.string(), content: z.string() });
const configShape = z.strictObject({
  users: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])),
  write_files: z.array(fileShape),
  runcmd: z.array(z.array(z.string())),
});

function configOf(logGroup: string | null): z.infer<typeof configShape> {
  const [head = "", ...rest] = cloudConfig({ ...source, logGroup }, readHostScripts()).split("\n");
  expect(head).toBe("#cloud-config");
  return configShape.parse(JSON.parse(rest.join("\n")));
}

const config = (): z.infer<typeof configShape> => configOf(null);
const files = (): Map<string, z.infer<typeof fileShape>> =>
  new Map(config().write_files.map((file) => [file.path, file]));
const contentOf = (path: string): string => files().get(path)?.content ?? "";
/** The text of a script beside this test, not read by the code under test. */
const scriptText = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");

it("is a cloud-config well below EC2's size limit", () => {
  const text = cloudConfig(source, readHostScripts());
  expect(text).toMatch(/^#cloud-config\n/);
  expect(userDataBytes(text)).toBeGreaterThan(500);
  expect(userDataBytes(text)).toBeLessThan(userDataLimit / 4);
});

it("is a pure function: the same source gives the same text, another bucket a different one", () => {
  const text = cloudConfig(source, readHostScripts());
  expect(cloudConfig(source, readHostScripts())).toBe(text);
  expect(cloudConfig({ ...source, bucket: "other" }, readHostScripts())).not.toBe(text);
});

it.each(["analyze-setup.sh", "analyze-update.sh", "analyze.sh"])("%s is a script that bash can read", (name) => {
  const file = fileURLToPath(new URL(name, import.meta.url));
  expect(spawnSync("bash", ["-n", file], { encoding: "utf8" }).stderr).toBe("");
});

it("keeps the distribution's user, and adds one for the client without a login", () => {
  expect(config().users).toEqual([
    "default",
    { name: "analyze", system: true, no_create_home: true, shell: "/sbin/nologin" },
  ]);
});

it.each([
  { path: "/usr/local/sbin/analyze-setup", script: "analyze-setup.sh" },
  { path: "/usr/local/sbin/analyze-update", script: "analyze-update.sh" },
  { path: "/usr/local/bin/analyze", script: "analyze.sh" },
])("installs $script at $path, executable by everyone, writable only by root", ({ path, script }) => {
  expect(files().get(path)).toEqual({ path, owner: "root:root", permissions: "0755", content: scriptText(script) });
});

it.each([
  { path: "/etc/analyze/source", permissions: "0644" },
  { path: "/etc/ssh/sshd_config.d/60-analyze.conf", permissions: "0600" },
  { path: "/etc/systemd/system/analyze-setup.service", permissions: "0644" },
  { path: "/etc/systemd/system/analyze-patch.service", permissions: "0644" },
  { path: "/etc/systemd/system/analyze-patch.timer", permissions: "0644" },
  { path: "/etc/systemd/system/analyze-update.service", permissions: "0644" },
  { path: "/etc/systemd/system/analyze-update.timer", permissions: "0644" },
])("writes $path with mode $permissions", ({ path, permissions }) => {
  expect(files().get(path)).toMatchObject({ owner: "root:root", permissions });
});

it("writes each file once, and no other", () => {
  expect(config().write_files).toHaveLength(10);
  expect(files().size).toBe(10);
});

it("writes the location of the releases to a file that the scripts source", () => {
  const read = `set -eu; eval "$(cat)"; printf '%s %s' "$BUCKET" "$AWS_REGION"`;
  const { stdout } = spawnSync("bash", ["-c", read], { input: contentOf("/etc/analyze/source"), encoding: "utf8" });
  expect(stdout).toBe(`${source.bucket} ${source.region}`);
});

it("frees the port of a tunnel that was cut within 15 seconds", () => {
  const [, interval, count] =
    /^ClientAliveInterval (\d+)\nClientAliveCountMax (\d+)\n$/.exec(
      contentOf("/etc/ssh/sshd_config.d/60-analyze.conf"),
    ) ?? [];
  expect(Number(interval) * Number(count)).toBe(15);
});

it("starts only the setup at first boot, without waiting for it", () => {
  expect(config().runcmd).toEqual([["systemctl", "enable", "--now", "--no-block", "analyze-setup.service"]]);
  expect(contentOf("/etc/systemd/system/analyze-setup.service")).toMatch(
    /ExecStart=\/usr\/local\/sbin\/analyze-setup\nRestart=on-failure\nRestartSec=60\n/,
  );
});

describe("updates", () => {
  it("run an existing program, once the network is up, with restricted rights", () => {
    const service = contentOf("/etc/systemd/system/analyze-update.service");
    const [, program = ""] = /^ExecStart=(.*)$/m.exec(service) ?? [];
    expect(files().get(program)?.permissions).toBe("0755");
    for (const line of ["Type=oneshot", "Wants=network-online.target", "After=network-online.target"]) {
      expect(service.split("\n")).toContain(line);
    }
    for (const line of ["PrivateTmp=yes", "ProtectHome=yes", "NoNewPrivileges=yes"]) {
      expect(service.split("\n")).toContain(line);
    }
  });

  it("run a minute after boot and every minute, by a timer that the setup enables", () => {
    const timer = contentOf("/etc/systemd/system/analyze-update.timer");
    for (const line of ["OnActiveSec=1min", "OnUnitInactiveSec=1min", "WantedBy=timers.target"]) {
      expect(timer.split("\n")).toContain(line);
    }
    expect(contentOf("/usr/local/sbin/analyze-setup")).toContain("systemctl enable --now --quiet analyze-update.timer");
  });
});

describe("with a log group", () => {
  it("adds the CloudWatch agent's settings at the path that the setup uses", () => {
    const withAgent = configOf("/analyze/dev");
    const agent = withAgent.write_files.at(-1);
    expect(withAgent.write_files.slice(0, -1)).toEqual(config().write_files);
    expect(agent).toMatchObject({ owner: "root:root", permissions: "0644" });
    expect(contentOf("/usr/local/sbin/analyze-setup")).toContain(`-c file:${agent?.path}\n`);
  });

  it("makes the agent send the client's log to that group, as its own user, with one stream per host", () => {
    const agent = configOf("/analyze/dev").write_files.at(-1);
    expect(JSON.parse(agent?.content ?? "")).toEqual({
      agent: { run_as_user: "cwagent" },
      logs: {
        logs_collected: {
          files: {
            collect_list: [
              {
                file_path: "/var/log/analyze.log",
                log_group_name: "/analyze/dev",
                log_stream_name: "{instance_id}",
              },
            ],
          },
        },
      },
    });
  });
});
