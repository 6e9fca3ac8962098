import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, it } from "vitest";
import { release, temporaryFolder } from "../../test/support/fixture.ts";

const script = fileURLToPath(new URL("analyze-update.sh", import.meta.url));

/**
 * The real script with a folder in place of the root. `aws` reads a folder in place of the bucket; `systemctl` fails to
 * start what the file `broken` names; the test sets the output of `df` and `date`.
 */
let root: string;

beforeEach(() => {
  root = temporaryFolder();
  for (const folder of ["bin", "bucket", "etc/analyze", "etc/systemd/system"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/analyze/source"), "BUCKET=releases\nAWS_REGION=eu-central-1\n");
  stub("aws", `name=\${4##*/}; [ -e "${root}/bucket/$name" ] && cp "${root}/bucket/$name" "$5"`);
  stub("systemd-tmpfiles", "exit 0");
  stub("flock", "exit 0");
  stub("df", `echo Avail; cat "${root}/free" 2>/dev/null || echo 1000000`);
  stub(
    "systemctl",
    `echo "$*" >>"${root}/systemctl"; case $1 in --quiet) exit 0 ;; restart) ! grep -qs "$(readlink "${root}/opt/analyze/client" | cut -d/ -f2)" "${root}/broken" ;; esac`,
  );
  stub("date", `case $1 in +%s) cat "${root}/now" ;; *) exec /usr/bin/env -i /bin/date "$@" ;; esac`);
  at(0);
});

function stub(name: string, body: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/bash\n${body}\n`);
  chmodSync(join(root, "bin", name), 0o755);
}

function at(seconds: number): void {
  writeFileSync(join(root, "now"), String(1_795_000_000 + seconds));
}

async function publish(bundle: string): Promise<string> {
  const { sha256, file } = await release(bundle);
  writeFileSync(join(root, "bucket", `${sha256}.tar.gz`), readFileSync(file));
  writeFileSync(join(root, "bucket/current"), sha256);
  return sha256;
}

function update(...args: string[]): { status: number | null; output: string } {
  const env = { ...process.env, ANALYZE_ROOT: root, PATH: [join(root, "bin"), process.env["PATH"]].join(delimiter) };
  const { status, stdout, stderr } = spawnSync("bash", [script, ...args], { env, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

function running(): string {
  return readlinkSync(join(root, "opt/analyze/client")).replace("releases/", "");
}

function state(): string {
  return readFileSync(join(root, "opt/analyze/state"), "utf8").replace(/^\S+ /, "").trim();
}

it("installs the bucket's current release, and records it in the status line", async () => {
  const sha = await publish("one");
  expect(update()).toEqual({ status: 0, output: `analyze-update: running ${sha}\n` });
  expect([running(), state()]).toEqual([sha, `running ${sha.slice(0, 12)}`]);
});

it("tells a person that the newest release already runs, and prints nothing for the timer", async () => {
  const sha = await publish("one");
  update();
  expect(update()).toEqual({ status: 0, output: "" });
  const output = `analyze-update: running ${sha}, the newest release, already\n`;
  expect(update("--retry")).toEqual({ status: 0, output });
});

it("tries a release that does not start five times, with growing pauses, and keeps the old one running", async () => {
  const good = await publish("good");
  update();
  const bad = await publish("bad");
  writeFileSync(join(root, "broken"), bad);
  const outcomes: string[] = [];
  for (const minute of [0, 1, 2, 9, 10, 27, 28, 59, 60, 90]) {
    at(minute * 60);
    const { status, output } = update();
    expect([status, running()]).toEqual([1, good]);
    if (output.includes("runs again")) outcomes.push(`${minute}: ${/try \d of 5/.exec(output)?.[0]}`);
  }
  expect(outcomes).toEqual(["0: try 1 of 5", "2: try 2 of 5", "10: try 3 of 5", "28: try 4 of 5", "60: try 5 of 5"]);
  expect(state()).toContain(`FAILED: ${bad.slice(0, 12)} did not start in 5 tries`);
});

it("keeps the same release if a later try starts it", async () => {
  await publish("good");
  update();
  const late = await publish("late");
  writeFileSync(join(root, "broken"), late);
  expect(update().status).toBe(1);
  expect(state()).toContain("(try 1 of 5)");
  writeFileSync(join(root, "broken"), "");
  at(120);
  expect([update().status, running(), state()]).toEqual([0, late, `running ${late.slice(0, 12)}`]);
  expect(existsSync(join(root, `opt/analyze/releases/${late}.refused`))).toBe(false);
});

it("tries at once if a person runs it, also after five tries", async () => {
  await publish("good");
  update();
  const late = await publish("late");
  writeFileSync(join(root, `opt/analyze/releases/${late}.refused`), "5 0\n");
  expect([update().status, state()]).toEqual([1, expect.stringContaining("publish another release")]);
  expect([update("--retry").status, running()]).toEqual([0, late]);
});

it("reports a full disk before anything else fails because of it", async () => {
  await publish("one");
  writeFileSync(join(root, "free"), "1024");
  expect(update()).toEqual({ status: 1, output: expect.stringContaining("the disk is full: 1 MiB are free") });
});

it("never unpacks a release whose content does not match its name", async () => {
  const sha = await publish("one");
  writeFileSync(join(root, "bucket", `${sha}.tar.gz`), "something else");
  expect(createHash("sha256").update("something else").digest("hex")).not.toBe(sha);
  expect(update()).toEqual({ status: 1, output: expect.stringContaining(`(${sha}): refused`) });
  expect(existsSync(join(root, "opt/analyze/client"))).toBe(false);
});

function restarts(): number {
  return readFileSync(join(root, "systemctl"), "utf8")
    .split("\n")
    .filter((call) => call.startsWith("restart")).length;
}

it("keeps secret settings in a file of root's, restarts the client for new ones, and keeps them while S3 is unreachable", async () => {
  await publish("one");
  update();
  const [source, file] = [join(root, "bucket/secret.env"), join(root, "etc/analyze/secret.env")];
  expect([existsSync(file), restarts()]).toEqual([false, 1]);
  writeFileSync(source, "ANALYZE_HEARTBEAT_URL='https://hc-ping.com/one'\n");
  expect([update(), restarts()]).toEqual([{ status: 0, output: "" }, 2]);
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([readFileSync(source, "utf8"), 0o600]);
  expect([update().status, restarts()]).toEqual([0, 2]);
  rmSync(source);
  expect([update().status, restarts(), existsSync(file)]).toEqual([0, 2, true]);
  writeFileSync(source, "");
  expect([update().status, restarts(), readFileSync(file, "utf8")]).toEqual([0, 3, ""]);
  expect(existsSync(join(root, "opt/analyze/.secret.env"))).toBe(false);
});
