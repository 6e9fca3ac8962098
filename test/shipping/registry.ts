import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/ports.ts";
import type { Program } from "../support/program.ts";
import { startDaemon } from "./daemon.ts";

export interface Registry {
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly program: Program;
}

/** A registry of this run on 127.0.0.1 without a password. */
export function startOpenRegistry(folder: string): Promise<Registry> {
  return start(folder, {});
}

export interface Person {
  readonly user: string;
  readonly password: string;
}

/** A registry of this run on 127.0.0.1 that requires a password. */
export function startPrivateRegistry(folder: string, { user, password }: Person): Promise<Registry> {
  const path = join(folder, "passwords");
  writeFileSync(path, spawnSync("htpasswd", ["-niB", user], { input: password, encoding: "utf8" }).stdout);
  return start(folder, { auth: { htpasswd: { realm: "test", path } } });
}

async function start(folder: string, more: object): Promise<Registry> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    http: { addr: address },
    storage: { filesystem: { rootdirectory: join(folder, "registry") }, delete: { enabled: true } },
    ...more,
  };
  const own = mkdtempSync(join(tmpdir(), "registry-"));
  const file = join(own, "config.yml");
  writeFileSync(file, JSON.stringify(config));
  const program = await startDaemon("docker-registry", ["serve", file], join(own, "log"), /listening on/);
  return { address, program };
}
