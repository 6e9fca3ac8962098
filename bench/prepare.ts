import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const venv = `${here}.venv`;

function run(command: string, args: readonly string[], cwd = here): boolean {
  return spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2] }).status === 0;
}

/** Bundles the services as they ship. Throws if that fails. */
export function prepareBundles(): void {
  if (!run(process.execPath, ["scripts/build.ts"], root)) throw new Error("scripts/build.ts failed: see above");
}

/** Installs Fastify, Express and the load client, once. Throws if that fails. */
export function preparePeers(): void {
  if (existsSync(`${here}node_modules/autocannon`)) return;
  process.stderr.write("Installing the peers (once; needs the npm registry) …\n");
  if (!run("npm", ["ci", "--no-audit", "--no-fund"])) throw new Error("npm ci in bench/ failed: see above");
}

/** The bin folder of a venv with the packages of requirements.txt, created if missing; undefined without Python. */
export function preparePython(): string | undefined {
  const bin = `${venv}/bin`;
  const wanted = readFileSync(`${here}peers/flask/requirements.txt`, "utf8");
  const installed = `${venv}/installed.txt`;
  if (existsSync(installed) && readFileSync(installed, "utf8") === wanted) return bin;
  process.stderr.write("Installing Flask, gunicorn, Celery and PyMongo (once; needs Python's package index) …\n");
  const made =
    run("python3", ["-m", "venv", venv]) && run(`${bin}/pip`, ["install", "-q", "-r", "peers/flask/requirements.txt"]);
  if (made) writeFileSync(installed, wanted);
  return made ? bin : undefined;
}
