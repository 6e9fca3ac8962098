import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { isAlive, startProgram, type Program } from "../test/support/program.ts";
import { must, run, type RunOptions } from "./run.ts";

const node = process.execPath;

describe("run", () => {
  it("resolves with the exit code and what was printed on each stream", async () => {
    const script = "console.log('out'); console.error('err'); process.exit(3)";
    expect(await run(node, ["-e", script])).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  });

  it("keeps a character whole whose bytes come apart", async () => {
    const script =
      "process.stdout.write(Buffer.from([0xc3])); setTimeout(() => process.stdout.write(Buffer.from([0xa9])), 50)";
    expect((await run(node, ["-e", script])).stdout).toBe("é");
  });

  it("passes the input, and tolerates a program that does not read it", async () => {
    const echo = "process.stdin.pipe(process.stdout)";
    expect((await run(node, ["-e", echo], { input: "héllo" })).stdout).toBe("héllo");
    expect((await run(node, ["-e", ""], { input: "x".repeat(2 ** 20) })).code).toBe(0);
  });

  it("keeps the input open if it is null", async () => {
    const script =
      "process.stdin.on('end', () => console.log('ended')).resume(); setTimeout(() => process.exit(), 100)";
    expect((await run(node, ["-e", script], { input: null })).stdout).toBe("");
  });

  it("ends a program that takes too long with SIGTERM: 128 + its number", async () => {
    expect((await run(node, ["-e", "setInterval(() => {}, 1000)"], { timeoutMs: 300 })).code).toBe(143);
  });

  it("resolves with 127 and what to install if the program is not installed", async () => {
    vi.stubEnv("PATH", "");
    const output = await run("docker", ["info"]);
    vi.unstubAllEnvs();
    expect(output).toMatchObject({
      code: 127,
      stderr: expect.stringMatching(/^docker is not installed: install Docker/),
    });
  });

  it("resolves with 126 if this user may not run the program", async () => {
    expect(await run(import.meta.dirname, [])).toEqual({
      code: 126,
      stdout: "",
      stderr: `${import.meta.dirname} may not be run: check its permissions`,
    });
  });
});

describe("must", () => {
  it("rejects with the exit code and the end of the program's output", async () => {
    const script = "for (let i = 0; i < 20; i++) console.error('line ' + i); process.exit(2)";
    await expect(must(node, ["-e", script])).rejects.toThrow(/failed with exit code 2:\n {2}line 8\n[^]*line 19$/);
  });

  it.each(["docker", "helm", "kubectl", "terraform", "tofu", "ssh", "aws"])("says where to get %s", async (program) => {
    vi.stubEnv("PATH", "");
    const rejected = must(program, []).finally(() => vi.unstubAllEnvs());
    await expect(rejected).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^${program} is not installed: install `)),
      exitCode: 1,
    });
  });
});

const runner = fileURLToPath(new URL("run.ts", import.meta.url));

/** A command that runs a program that records each signal in a file and ends some time after the first. */
function startCommand(options: RunOptions, code: number): { command: Program; notes: string } {
  const notes = join(mkdtempSync(join(tmpdir(), "run-")), "notes");
  const program = `
    const { appendFileSync } = require("node:fs");
    const note = (text) => appendFileSync(${JSON.stringify(notes)}, text + " ");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
      process.on(signal, () => { note(signal); setTimeout(() => { note("ended"); process.exit(${code}); }, 300); });
    setInterval(() => {}, 1000);
    note("ready");`;
  const source = `
    import { run } from ${JSON.stringify(runner)};
    try {
      await run(process.execPath, ["-e", ${JSON.stringify(program)}], ${JSON.stringify(options)});
    } catch (error) {
      process.stderr.write(error.message);
      process.exitCode = error.exitCode;
    }`;
  return { command: startProgram(node, ["--input-type=module", "-e", source]), notes };
}

const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
const ready = (notes: string): Promise<unknown> =>
  vi.waitUntil(() => read(notes).includes("ready"), { timeout: 15_000 });

describe("a signal while a program runs", () => {
  const sharesAll: RunOptions = { share: ["stdin", "stdout", "stderr"] };

  it.each([
    ["SIGINT", 130, {}, 0],
    ["SIGTERM", 143, {}, 0],
    ["SIGHUP", 129, {}, 0],
    ["SIGINT", 130, sharesAll, 1],
    ["SIGTERM", 143, sharesAll, 1],
  ] as const)(
    "%s reaches it once, however often it comes; the command waits and ends with %i",
    async (signal, code, options, own) => {
      const { command, notes } = startCommand(options, own);
      await ready(notes);
      command.child.kill(signal);
      await expect.poll(() => read(notes)).toContain(signal);
      command.child.kill(signal);
      expect(await command.ended).toBe(code);
      expect(read(notes)).toBe(`ready ${signal} ended `);
      expect(command.output()).toContain(`Interrupted by ${signal}.`);
    },
  );

  it("uses the exit code of a program that shares the input and ends successfully, such as a remote shell", async () => {
    const { command, notes } = startCommand(sharesAll, 0);
    await ready(notes);
    command.child.kill("SIGINT");
    expect(await command.ended).toBe(0);
    expect(read(notes)).toBe("ready SIGINT ended ");
  });
});

it("quotes what a program printed when it failed, without its notes", async () => {
  const program = `console.error('level=INFO msg="a link"\\nError: no such value'); process.exit(3)`;
  const failed = must(node, ["-e", program]);
  await expect(failed).rejects.toThrow(/failed with exit code 3:\n {2}Error: no such value$/);
});

it("leaves no program running if the command itself ends early", async () => {
  const notes = join(mkdtempSync(join(tmpdir(), "run-")), "pid");
  const program = `require("node:fs").writeFileSync(${JSON.stringify(notes)}, String(process.pid)); setInterval(() => {}, 1000)`;
  const source = `
    import { existsSync } from "node:fs";
    import { run } from ${JSON.stringify(runner)};
    void run(process.execPath, ["-e", ${JSON.stringify(program)}]);
    setInterval(() => existsSync(${JSON.stringify(notes)}) && process.exit(5), 20);`;
  const command = startProgram(node, ["--input-type=module", "-e", source]);
  expect(await command.ended).toBe(5);
  const pid = Number(readFileSync(notes, "utf8"));
  await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
});
