import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { spawnSync } from "node:child_process";
import type { Ran } from "./terraform.ts";
import { temporaryFolder } from "./fixture.ts";

/** A machine that boots with systemd as its first process and takes its user data from cloud-init. */
export interface Machine {
  /** Docker's name for it. */
  readonly id: string;
  /** Runs a command on it as root. */
  run(...command: string[]): Ran;
  /** The content of a file on it. */
  read(path: string): string;
  /** Stops and removes it. */
  destroy(): void;
}

const image = "analyze-test/host";

/** Builds the image and boots it with this user data. It shares the network of this machine, so it reaches the emulator. */
export async function bootMachine(userData: string, emulator: string): Promise<Machine> {
  const turn = await takeTurn();
  docker("build", "--quiet", "--tag", image, fileURLToPath(new URL("../host-image", import.meta.url)));
  const seed = join(temporaryFolder(), "seed");
  mkdirSync(seed);
  // cloud-init unpacks gzip, as on EC2.
  writeFileSync(join(seed, "user-data"), gzipSync(userData));
  writeFileSync(join(seed, "meta-data"), "instance-id: i-0123456789abcdef0\nlocal-hostname: client\n");
  const address = join(dirname(seed), "emulator");
  writeFileSync(address, emulator);
  const id = docker("run", "--detach", ...isolation, ...mounts(seed, address), image).output.trim();
  const run = (...command: string[]): Ran => spawn(["exec", id, ...command]);
  return {
    id,
    run,
    read: (path) => run("cat", path).output,
    destroy: () => {
      docker("rm", "--force", "--volumes", id);
      turn.close();
    },
  };
}

/** One machine at a time: all share this machine's network, and in it the client's lock of /var/log/analyze.log. */
async function takeTurn(): Promise<Server> {
  for (;;) {
    const server = createServer().listen("\0analyze-test-machine");
    try {
      await once(server, "listening");
      return server.unref();
    } catch {
      await delay(1000);
    }
  }
}

/** What systemd needs of a container to run services with their sandboxes; less than --privileged. */
const isolation = [
  "--network=host",
  "--cgroupns=host",
  ...cgroups(),
  "--cap-add=SYS_ADMIN",
  "--security-opt=seccomp=unconfined",
  "--security-opt=apparmor=unconfined",
  "--tmpfs=/run",
  "--tmpfs=/run/lock",
  "--tmpfs=/tmp",
  "--env=container=docker",
];

/**
 * With cgroup v1, systemd creates folders beside the existing hierarchies and remounts their parent read-only: with
 * this machine's parent, that would break every later start of a container engine. So it gets a separate one.
 */
function cgroups(): string[] {
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) return ["--volume=/sys/fs/cgroup:/sys/fs/cgroup"];
  return ["--tmpfs=/sys/fs/cgroup", "--volume=/sys/fs/cgroup/systemd:/sys/fs/cgroup/systemd"];
}

function mounts(seed: string, emulator: string): string[] {
  const readOnly = {
    [seed]: "/var/lib/cloud/seed/nocloud",
    [emulator]: "/etc/emulator",
    [process.execPath]: "/opt/node24/node",
  };
  return Object.entries(readOnly).flatMap(([from, to]) => ["--volume", `${from}:${to}:ro`]);
}

function docker(...args: string[]): Ran {
  const ran = spawn(args);
  if (ran.status !== 0) throw new Error(`docker ${args.join(" ")}: ${ran.output}`);
  return ran;
}

function spawn(args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync("docker", args, { encoding: "utf8", maxBuffer: 16 * 2 ** 20 });
  return { status, output: stdout + stderr };
}
