import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { readHostConfig } from "./config.ts";
import type { Destination } from "./remote.ts";
import { openSession, runSession } from "./session.ts";

afterEach(() => vi.unstubAllEnvs());

const config = readHostConfig({ AWS_REGION: "eu-central-1", ANALYZE_ACCESS: "ssm" });

function host(state = "running"): Destination {
  return { config, instance: { id: "i-1", state, type: "t4g.micro", address: null, launched: null } };
}

/** Replaces the AWS CLI by a program: `line` is what it was asked to run, `mark` the beginning of its end. */
function fakeAws(body: string): void {
  const folder = temporaryFolder();
  const source = `#!${process.execPath}
const { spawnSync } = require("node:child_process");
const { command: [line] } = JSON.parse(process.argv.at(-1));
const [mark] = /[0-9a-f-]{36} exit /.exec(line);
const greet = () => process.stdout.write("\\nStarting session with SessionId: someone-1\\n");
${body}
`;
  writeFileSync(join(folder, "aws"), source);
  chmodSync(join(folder, "aws"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
}

/** Runs a line. Resolves with its exit code, and what was passed on. */
async function session(line: string, endless = false): Promise<[code: number, printed: string]> {
  let printed = "";
  const code = await runSession(host(), line, (text) => (printed += text), endless);
  return [code, printed];
}

const shell = `greet(); process.stdout.write(spawnSync("sh", ["-c", line], { encoding: "utf8" }).stdout);`;

describe("a line that runs through Session Manager", () => {
  it.each([
    ["its output and its code", "printf 'one\\ntwo\\n'; exit 3", 3, "one\ntwo\n"],
    ["no output", "true", 0, ""],
    ["an output without a line end", "printf partial", 0, "partial"],
    ["quotes, dollars and newlines as they are", `printf '%s\n' "it's" '$HOME' 'ä "b"'`, 0, `it's\n$HOME\nä "b"\n`],
    ["a code of a signal", "sh -c 'kill -9 $$'", 137, ""],
    ["an output that looks like an end", "echo 'x exit 5'", 0, "x exit 5\n"],
  ])("gives %s", async (_, line, code, printed) => {
    fakeAws(shell);
    expect(await session(line)).toEqual([code, printed]);
  });

  it.each([
    ["a greeting and a farewell", `greet(); console.log("a\\n" + mark + "0\\n\\nExiting session with sessionId: x.")`],
    [
      "notices before the greeting",
      `console.log("A new version of the plugin."); greet(); console.log("a\\n" + mark + 0)`,
    ],
    ["Windows line ends, as a terminal has them", `greet(); process.stdout.write("a\\r\\n" + mark + "0\\r\\n")`],
    ["colours after the code", `greet(); console.log("a\\n" + mark + "0\\u001b[0m")`],
  ])("is separated from what the plugin prints: %s", async (_, body) => {
    fakeAws(body);
    expect(await session("any")).toEqual([0, "a\n"]);
  });

  it.each([
    ["before the line", "greet();"],
    ["within its output", `greet(); process.stdout.write("a\\nb");`],
    ["between the mark and the code", `greet(); process.stdout.write("a\\n" + mark);`],
    ["before the greeting", ""],
  ])("has no code if the session breaks %s, and is not called a success", async (_, body) => {
    fakeAws(body);
    await expect(session("any")).rejects.toThrow(/^Session Manager ended the session with i-1 before/);
  });

  it("has the code of the AWS CLI if that one fails", async () => {
    fakeAws("process.exit(254);");
    expect(await session("any")).toEqual([254, ""]);
  });

  it("says what to install without the AWS CLI", async () => {
    vi.stubEnv("PATH", temporaryFolder());
    await expect(session("any")).rejects.toThrow(
      /^aws is not installed: install the AWS CLI, https:.*Session Manager plugin/,
    );
  });

  it.each([
    [true, "AWS-StartInteractiveCommand"],
    [false, "AWS-StartNonInteractiveCommand"],
  ])("gets the end of the session only with a terminal: endless %s", async (endless, document) => {
    fakeAws(`greet(); console.log(process.argv[process.argv.indexOf("--document-name") + 1] + "\\n" + mark + "0");`);
    expect(await session("any", endless)).toEqual([0, `${document}\n`]);
  });
});

describe("a session on this terminal", () => {
  it("is a login without a document, in the region and on the host of the stage", () => {
    expect(openSession(host())).toEqual([
      "aws",
      ["ssm", "start-session", "--region", "eu-central-1", "--target", "i-1"],
    ]);
  });

  it("runs a line as one parameter, whatever is in it", () => {
    const line = `analyze tail "it's" 'a\\b' $x`;
    const [, args] = openSession(host(), line);
    expect(JSON.parse(args.at(-1) ?? "")).toEqual({ command: [line] });
  });

  it.each(["stopped", "pending", "stopping"])("is not started on a host that is %s", async (state) => {
    const message = `i-1 is ${state}: \`npm run host -- start\` starts it.`;
    expect(() => openSession(host(state))).toThrow(message);
    await expect(runSession(host(state), "any", () => {})).rejects.toThrow(message);
  });
});
