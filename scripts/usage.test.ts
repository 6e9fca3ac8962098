import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "../deploy/run.ts";
import manifest from "../package.json" with { type: "json" };

const project = fileURLToPath(new URL("..", import.meta.url));

/** These give their arguments to vitest or take files and folders, and have no options of their own. */
const others: ReadonlySet<string> = new Set(["check", "test:clocks", "test:chaos", "mutation", "bench", "screenshot"]);

const programs = Object.entries(manifest.scripts).flatMap(([name, script]) => {
  const [, words] = /on-node24\.mjs \w+ (\S+\.ts.*)$/.exec(script) ?? [];
  return words === undefined ? [] : [{ name, args: words.split(" ") }];
});

/** No cluster, no credentials and no other program: a command that overlooked the option would fail in another way, and change nothing. */
const env = { KUBECONFIG: "/none", HOME: "/none", PATH: "/none", AWS_PROFILE: undefined, AWS_ACCESS_KEY_ID: undefined };

it.each(programs)("npm run $name prints its usage at --help, without any other program", async ({ args }) => {
  const { code, stdout, stderr } = await run(process.execPath, [...args, "--help"], { cwd: project, env });
  expect([code, stdout, stderr]).toEqual([
    0,
    expect.stringMatching(/^\s*usage: /i),
    expect.not.stringMatching(/Settings|\n +at /),
  ]);
});

it.each(programs.filter(({ name }) => !others.has(name)))(
  "npm run $name ends with 2 and a message at an unknown option",
  async ({ args }) => {
    const { code, stdout, stderr } = await run(process.execPath, [...args, "--no-such-option"], { cwd: project, env });
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/\S/)]);
    expect(stderr).not.toMatch(/\n +at /);
  },
);
