import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// A stand-in for npm: it records its calls, and writes npm's list of installed packages.
const npm = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const packages = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
const omit = process.argv.includes("--omit=dev");
const kept = Object.entries(packages).filter(([path, entry]) => path && !entry.foreign && !(omit && entry.dev));
mkdirSync("node_modules", { recursive: true });
writeFileSync("node_modules/.package-lock.json", JSON.stringify({ packages: Object.fromEntries(kept) }));
appendFileSync("calls", process.argv.slice(2).filter((word) => !/^--(no-|loglevel)/.test(word)).join(" ") + "\\n");
`;

const lock = {
  "": { dependencies: { zod: "4.0.0", "@x/part": "0.1.0" }, devDependencies: { vitest: "5.0.0" } },
  part: { version: "0.1.0", dependencies: { zod: "4.0.0" } },
  "node_modules/@x/part": { resolved: "part", link: true },
  "node_modules/vitest": { version: "5.0.0", dev: true },
  "node_modules/vitest-windows": { version: "5.0.0", dev: true, optional: true, foreign: true },
  "node_modules/zod": { version: "4.0.0" },
};

let root: string;

function put(path: string, content: unknown): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "on-node24-"));
  cpSync(fileURLToPath(new URL(".", import.meta.url)), join(root, "scripts"), { recursive: true });
  put("npm/npm-cli.js", npm);
  put("npm/package.json", { type: "module" });
  put("print.mjs", `process.stdout.write("ran in " + process.cwd());`);
  put("package.json", { ...lock[""], workspaces: ["part"] });
  put("part/package.json", { dependencies: { zod: "4.0.0" } });
  put("package-lock.json", { packages: lock });
  put("below/package.json", { dependencies: { aws: "1.0.0" } });
  put("below/package-lock.json", {
    packages: { "": { dependencies: { aws: "1.0.0" } }, "node_modules/aws": { version: "1.0.0" } },
  });
});
afterEach(() => rmSync(root, { recursive: true }));

const env = (): NodeJS.ProcessEnv => ({ ...process.env, npm_execpath: join(root, "npm", "npm-cli.js") });

/** `npm start` (runtime) or `npm test` (all), as package.json calls them. */
function command(scope: "runtime" | "all", folder = root): string {
  const args = [join(root, "scripts", "on-node24.mjs"), scope, join(root, "print.mjs")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env: env(), encoding: "utf8" });
  expect([status, stderr.replace(/^Installing.*\n/gm, "")]).toEqual([0, ""]);
  return stdout;
}

/** The command that a person types. */
function byHand(...args: string[]): void {
  spawnSync(process.execPath, [join(root, "npm", "npm-cli.js"), ...args], { cwd: root });
}

function calls(folder = root): string[] {
  const file = join(folder, "calls");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

const all = (): string => command("all");
const runtime = (): string => command("runtime");

describe("npm's commands install what is missing and nothing else", () => {
  it.each([
    {
      title: "npm start alone leaves development packages out, once",
      steps: [runtime, runtime],
      npm: ["ci --omit=dev"],
    },
    { title: "npm test alone installs everything, once", steps: [all, all, runtime], npm: ["ci"] },
    {
      title: "npm start, then npm test adds the rest for good",
      steps: [runtime, all, runtime, all],
      npm: ["ci --omit=dev", "ci"],
    },
    { title: "a person's npm ci is enough for both", steps: [() => byHand("ci"), runtime, all, runtime], npm: ["ci"] },
    {
      title: "a person's npm install is enough for both",
      steps: [() => byHand("install"), all, runtime],
      npm: ["install"],
    },
    {
      title: "npm start, then a person's npm install",
      steps: [runtime, () => byHand("install"), runtime, all],
      npm: ["ci --omit=dev", "install"],
    },
    {
      title: "a person's npm ci --omit=dev takes away what npm test needs",
      steps: [all, () => byHand("ci", "--omit=dev"), runtime, all],
      npm: ["ci", "ci --omit=dev", "ci"],
    },
  ])("$title", ({ steps, npm: expected }) => {
    for (const step of steps) step();
    expect(calls()).toEqual(expected);
  });

  it("installs again after a change of the lock file, and keeps development packages for npm start", () => {
    all();
    put("package-lock.json", { packages: { ...lock, "node_modules/zod": { version: "4.0.1" } } });
    runtime();
    all();
    expect(calls()).toEqual(["ci", "ci"]);
  });

  it("leaves an outdated lock file to npm, which rejects it with the reason", () => {
    all();
    put("part/package.json", { dependencies: { zod: "4.0.0", hono: "4.0.0" } });
    runtime();
    expect(calls()).toEqual(["ci", "ci"]);
  });

  it("installs a folder with its own lock file beside the root, and runs there", () => {
    const below = join(root, "below");
    expect(command("all", below)).toBe(`ran in ${below}`);
    command("all", below);
    runtime();
    expect([calls(), calls(below)]).toEqual([["ci"], ["ci"]]);
  });

  it("treats an incomplete list of packages as no list", () => {
    all();
    put("node_modules/.package-lock.json", '{"packages": {"node_modu');
    all();
    expect(calls()).toEqual(["ci", "ci"]);
  });
});
