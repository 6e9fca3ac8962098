import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { devNull } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { howToInstall } from "../installation.ts";
import { failure, run } from "../run.ts";

/** A registry on 127.0.0.1 with its images in `folder`. Rejects if it is not installed. */
export async function startRegistry(folder: string): Promise<{ address: string; program: ChildProcess }> {
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    http: { addr: address },
    storage: { filesystem: { rootdirectory: join(folder, "registry") } },
  };
  writeFileSync(join(folder, "registry.yml"), JSON.stringify(config));
  const program = spawn("docker-registry", ["serve", join(folder, "registry.yml")], { stdio: "ignore" });
  await answers(`http://${address}/v2/`, program);
  return { address, program };
}

/** An AWS API on 127.0.0.1, and the variables that point programs to it alone. Rejects if moto is not installed. */
export async function startMoto(): Promise<{ env: NodeJS.ProcessEnv; program: ChildProcess }> {
  const { code, stderr } = await run("moto_server", ["--help"]);
  if (code !== 0)
    throw failure(code === 127 ? stderr : "moto_server does not start: install it again, pip install 'moto[server]'");
  const port = await freePort();
  const args = ["-H", "127.0.0.1", "-p", String(port)];
  const policies = { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true" };
  const program = spawn("moto_server", args, { stdio: "ignore", env: policies });
  const url = `http://127.0.0.1:${port}`;
  await answers(url, program);
  // It would run functions in separate images.
  await fetch(`${url}/moto-api/config`, { method: "POST", body: JSON.stringify({ lambda: { use_docker: false } }) });
  return { env: onlyAt(url), program };
}

/** Variables by which no program reaches an account of AWS, whatever profile, login or endpoint the caller has. */
export function onlyAt(url: string, given: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const unset = Object.keys(given).filter((name) => name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(unset.map((name) => [name, undefined])),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

/** Resolves when the program answers at `url`. Throws a UserError if it is not installed or ends first. */
async function answers(url: string, program: ChildProcess): Promise<void> {
  const { spawnfile } = program;
  let failed: string | null = null;
  program.once("error", () => (failed = `${spawnfile} is not installed: ${howToInstall(spawnfile)}`));
  program.once("exit", (code) => (failed ??= `${spawnfile} ended with exit code ${code} before it answered.`));
  for (let tries = 0; tries < 600; tries++) {
    if (await fetch(url).catch(() => null)) return;
    if (failed !== null) throw failure(failed);
    await delay(100);
  }
  await end(program);
  throw failure(`${spawnfile} did not answer at ${url} within a minute.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Stops a program and waits for its end. */
export async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  program.kill();
  await once(program, "exit");
}
