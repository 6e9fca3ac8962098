import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAll } from "@analyze/certs";

export const names = ["web", "worker", "client"] as const;
export type Name = (typeof names)[number];

/** The resources of one run of these tests: a tag, a network, and a folder with certificates and the log. */
export const own = { tag: `test-${process.pid}`, network: `analyze-images-${process.pid}`, folder: "" };

export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 }).trim();
}

export function image(name: Name): string {
  return `analyze/${name}:${own.tag}`;
}

export function container(name: Name): string {
  return `${own.network}-${name}`;
}

/** Starts an image as a strict orchestrator: read-only root, no capabilities, no new privileges. */
function start(name: Name, ...options: string[]): void {
  const granted = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
  const place = ["--name", container(name), "--network", own.network, "--network-alias", name];
  docker("run", "--detach", ...place, ...granted, ...options, image(name));
}

/** Builds the three images and starts them: client → web → worker, over verified TLS. */
export async function setUp(): Promise<void> {
  execFileSync(process.execPath, ["deploy/images/main.ts", "--tag", own.tag], { stdio: "inherit", timeout: 600_000 });
  own.folder = mkdtempSync(join(tmpdir(), "images-"));
  const issued = join(own.folder, "issued");
  const readable = join(own.folder, "readable");
  const log = join(own.folder, "log");
  await issueAll({ dir: issued, hosts: ["web", "localhost"] });
  cpSync(issued, readable, { recursive: true });
  // The container has another user: elsewhere a Secret's mode or an owner gives access.
  chmodSync(join(readable, "tls.key"), 0o644);
  mkdirSync(log);
  for (const folder of [own.folder, log]) chmodSync(folder, 0o777);

  docker("network", "create", own.network);
  start("worker");
  const tls = ["--env", "TLS_CERT_FILE=/tls/tls.crt", "--env", "TLS_KEY_FILE=/tls/tls.key"];
  start(
    "web",
    "--volume",
    `${readable}:/tls:ro`,
    ...tls,
    "--env",
    "WORKER_URL=http://worker:8081",
    "--publish",
    "127.0.0.1::8080",
  );
  const target = ["--env", "ANALYZE_URL=https://web:8080", "--env", "ANALYZE_CA_FILE=/trust/ca.crt"];
  const every = ["--env", "ANALYZE_SCHEDULE=*/1 * * * * *"];
  start("client", "--volume", `${readable}:/trust:ro`, "--volume", `${log}:/log`, ...target, ...every);
}

/** Removes what {@link setUp} created, also after a failure. */
export function tearDown(): void {
  for (const name of names) remove("rm", "--force", container(name));
  remove("network", "rm", own.network);
  for (const name of names) remove("image", "rm", image(name));
  rmSync(own.folder, { recursive: true, force: true });
}

function remove(...args: string[]): void {
  try {
    docker(...args);
  } catch {
    // It was never created, or is already removed.
  }
}
