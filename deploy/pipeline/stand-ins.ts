import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { must, run } from "../run.ts";
import type { StandIns } from "./expressions.ts";

/** What stands in for GitHub and AWS on one machine. */
export interface Running {
  /** Values of `${{ … }}`. */
  readonly expressions: StandIns;
  /** Variables that a workflow sets to what exists only there. */
  readonly overrides: StandIns;
  /** Variables that every command has besides. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a registry and, where it is installed, an API of AWS; makes a key pair and a release folder for `gh`. Rejects with a UserError. */
export async function startStandIns(folder: string): Promise<Running> {
  const registry = await startRegistry(folder);
  const moto = await startMoto();
  const password = "of-this-run";
  await must("cosign", ["generate-key-pair", "--output-key-prefix", join(folder, "cosign")], {
    env: { COSIGN_PASSWORD: password },
  });
  const programs = [registry.program, ...(moto === null ? [] : [moto.program])];
  return {
    expressions: {
      "github.repository": "owner/analyze",
      "github.token": "none",
      "vars.ECR": registry.address,
      "vars.STATE_BUCKET": "",
      "inputs.version": "v0.0.0",
      "inputs.plan": "",
    },
    overrides: {
      REGISTRY: `${registry.address}/analyze`,
      PLATFORMS: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
      SIGNER: `--key=${join(folder, "cosign.key")}`,
      TRUSTED: `--key=${join(folder, "cosign.pub")}`,
    },
    env: {
      COSIGN_PASSWORD: password,
      GITHUB_SHA: "0".repeat(40),
      GITHUB_REF_NAME: "v0.0.0",
      PATH: `${ghFolder(folder)}${delimiter}${process.env["PATH"]}`,
      ...(moto === null ? {} : { ...moto.env }),
    },
    stop: async () => {
      for (const program of programs) await end(program);
    },
  };
}

/** A `gh` that makes no release anywhere: it says what it would do. */
function ghFolder(folder: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "gh"), `#!/bin/sh\necho "gh $*   (not run: there is no GitHub here)"\n`, { mode: 0o755 });
  return bin;
}

async function startRegistry(folder: string): Promise<{ address: string; program: ChildProcess }> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    http: { addr: address },
    storage: { filesystem: { rootdirectory: join(folder, "registry") } },
  };
  writeFileSync(join(folder, "registry.yml"), JSON.stringify(config));
  const program = spawn("docker-registry", ["serve", join(folder, "registry.yml")], { stdio: "ignore" });
  await answers(`http://${address}/v2/`, "docker-registry (apt-get install docker-registry)", program);
  return { address, program };
}

async function startMoto(): Promise<{ env: Record<string, string>; program: ChildProcess } | null> {
  if ((await run("moto_server", ["--help"])).code !== 0) return null;
  const port = await freePort();
  const program = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, "moto_server", program);
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  return { env, program };
}

async function answers(url: string, what: string, program: ChildProcess): Promise<void> {
  const failed = once(program, "error").then(([error]: unknown[]) => Promise.reject(error));
  for (let tries = 0; tries < 300; tries++) {
    const answer = await Promise.race([fetch(url).catch(() => null), failed]);
    if (answer !== null) return;
    await delay(100);
  }
  throw new Error(`${what} did not start.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill();
  await once(program, "exit");
}
