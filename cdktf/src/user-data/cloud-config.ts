import { gzipSync } from "node:zlib";
import type { HostScripts } from "./scripts.ts";

/** EC2 rejects more. It counts the bytes as sent, here gzip. */
export const userDataLimit = 16_384;

/** Where a host's releases are. */
export interface HostSource {
  readonly bucket: string;
  readonly region: string;
  /** CloudWatch log group for the client's log; null: the agent is not installed. */
  readonly logGroup: string | null;
}

/**
 * The host's cloud-config: a pure function of the location of its releases and of three scripts. It contains nothing of
 * a release or a setting, so that neither replaces the host. JSON is YAML.
 */
export function cloudConfig(source: HostSource, scripts: HostScripts): string {
  return `#cloud-config\n${JSON.stringify(
    {
      users: ["default", { name: "analyze", system: true, no_create_home: true, shell: "/sbin/nologin" }],
      write_files: [
        file("/etc/analyze/source", "0644", `BUCKET=${source.bucket}\nAWS_REGION=${source.region}\n`),
        // A cut tunnel must free its port before the next one connects.
        file("/etc/ssh/sshd_config.d/60-analyze.conf", "0600", "ClientAliveInterval 5\nClientAliveCountMax 3\n"),
        file("/usr/local/sbin/analyze-setup", "0755", scripts.setup),
        file("/usr/local/sbin/analyze-update", "0755", scripts.update),
        file("/usr/local/bin/analyze", "0755", scripts.command),
        file("/etc/systemd/system/analyze-setup.service", "0644", setupService),
        file("/etc/systemd/system/analyze-update.service", "0644", updateService),
        file("/etc/systemd/system/analyze-update.timer", "0644", updateTimer),
        file("/etc/systemd/system/analyze-patch.service", "0644", patchService),
        file("/etc/systemd/system/analyze-patch.timer", "0644", patchTimer),
        ...(source.logGroup === null ? [] : [file(agentFile, "0644", agentConfig(source.logGroup))]),
      ],
      runcmd: [["systemctl", "enable", "--now", "--no-block", "analyze-setup.service"]],
    },
    null,
    1,
  )}\n`;
}

/** Bytes of user data as EC2 will count them, within a few bytes: Terraform's gzip is another program's. */
export function userDataBytes(userData: string): number {
  return gzipSync(userData).length;
}

const agentFile = "/etc/analyze/cloudwatch-agent.json";

function agentConfig(logGroup: string): string {
  const log = { file_path: "/var/log/analyze.log", log_group_name: logGroup, log_stream_name: "{instance_id}" };
  return JSON.stringify({
    agent: { run_as_user: "cwagent" },
    logs: { logs_collected: { files: { collect_list: [log] } } },
  });
}

function file(path: string, permissions: string, content: string): object {
  return { path, owner: "root:root", permissions, content };
}

/** The package mirrors may be unreachable for a while at first boot. */
const setupService = `[Unit]
Description=Install Node and the client's release
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/analyze-setup
Restart=on-failure
RestartSec=60

[Install]
WantedBy=multi-user.target
`;

const updateService = `[Unit]
Description=Bring the client's release to this host
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/analyze-update
PrivateTmp=yes
ProtectHome=yes
NoNewPrivileges=yes
`;

const updateTimer = `[Unit]
Description=Look for a new release every minute

[Timer]
OnActiveSec=1min
OnUnitInactiveSec=1min
AccuracySec=1s

[Install]
WantedBy=timers.target
`;

/** Amazon Linux pins its repositories to the release of the image: only `latest` brings later fixes. */
const patchService = `[Unit]
Description=Install security updates, and reboot when one needs it
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/dnf --assumeyes --quiet upgrade --security --releasever=latest
ExecStartPost=/bin/sh -c 'dnf needs-restarting -r >/dev/null; [ $$? -ne 1 ] || systemctl reboot'
`;

const patchTimer = `[Unit]
Description=Install security updates every Sunday

[Timer]
OnCalendar=Sun *-*-* 03:17 UTC
RandomizedDelaySec=30min
Persistent=yes

[Install]
WantedBy=timers.target
`;
