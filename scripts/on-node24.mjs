// Plain JavaScript that a host's Node 20 can run: installs what is missing or old, then hands over to Node 24.
// Usage: node scripts/on-node24.mjs <runtime|all> <script> [arguments…]
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".installed.json");
const [scope, script, ...rest] = process.argv.slice(2);

function manifests() {
  const names = ["package.json", "package-lock.json"];
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const workspace of workspaces) names.push(join(workspace, "package.json"));
  const hash = createHash("sha256");
  for (const name of names) hash.update(readFileSync(join(root, name)));
  return hash.digest("hex");
}

function installed() {
  try {
    return JSON.parse(readFileSync(stamp, "utf8"));
  } catch {
    return {};
  }
}

function install(wanted) {
  const { hash, scope: have } = installed();
  if (hash === wanted && (have === "all" || have === scope)) return;
  const all = scope === "all" || have === "all";
  process.stderr.write("Installing dependencies (once; needs the npm registry) …\n");
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...(all ? [] : ["--omit=dev"])];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (done.status !== 0) {
    process.stderr.write("npm ci failed: see its message above. Mend that, then run the same command again.\n");
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, JSON.stringify({ hash: wanted, scope: all ? "all" : "runtime" }));
}

/** The Node that npm's `node` package brought; the host's own where that package has no build for it. */
function node24() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const brought = join(root, "node_modules", "node", "bin", name);
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  process.stderr.write(
    `Node 24 is needed and was not installed; this is ${process.version}. Install Node 24 and try again.\n`,
  );
  return process.exit(1);
}

if ((scope !== "runtime" && scope !== "all") || script === undefined) {
  process.stderr.write("usage: node scripts/on-node24.mjs <runtime|all> <script> [arguments…]\n");
  process.exit(2);
}
install(manifests());

const node = node24();
const child = spawn(node, [script, ...rest], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}` },
});
// Ctrl-C reaches the child from the terminal; this process only has to outlive it.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`${node} cannot be started: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
