// Plain JavaScript for a host's Node 20: installs what is missing or outdated, then runs Node 24.
// Usage: node scripts/on-node24.mjs <runtime|all> <script> [arguments…]
// Below the root, in a folder that has its own lock file (cdktf/), that folder's packages are installed as well, and the script runs there.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "./installed.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const here = nearestLock(process.cwd());
const [scope, script, ...rest] = process.argv.slice(2);

function nearestLock(folder) {
  if (folder === root || !folder.startsWith(root + sep)) return root;
  return existsSync(join(folder, "package-lock.json")) ? folder : nearestLock(dirname(folder));
}

function install(folder) {
  const { complete, dev } = installed(folder, scope);
  if (complete) return;
  // Installed development packages are kept: `npm start` must not remove what `npm test` needs.
  const omit = scope === "all" || dev ? [] : ["--omit=dev"];
  process.stderr.write("Installing dependencies (once; needs the npm registry) …\n");
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...omit];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
  if (done.status !== 0) {
    process.stderr.write("npm ci failed: see its message above. Fix that, then run the same command again.\n");
    process.exit(done.status ?? 1);
  }
}

/** The Node of npm's `node` package; the host's own if that package has no build for the host. */
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
install(root);
if (here !== root) install(here);

const node = node24();
const child = spawn(node, [script, ...rest], {
  cwd: here,
  stdio: "inherit",
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}` },
});
// The terminal also sends Ctrl-C to the child; this process waits for its end.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  process.stderr.write(`${node} cannot be started: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
