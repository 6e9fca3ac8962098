import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "../deploy/run.ts";
import manifest from "../package.json" with { type: "json" };

const project = fileURLToPath(new URL("..", import.meta.url));

/** These give their arguments to vitest or take files and folders, and have no options. */
const others: ReadonlySet<string> = new Set(["check", "test:clocks", "test:chaos", "mutation", "bench", "screenshot"]);

const programs = Object.entries(manifest.scripts).flatMap(([name, script]) => {
  const [, words] = /on-node24\.mjs \w+ (\S+\.ts.*)$/.exec(script) ?? [];
  return words === undefined || others.has(name) ? [] : [{ name, args: words.split(" ") }];
});

/** No cluster: a command that overlooked the option would change it. */
const env = { KUBECONFIG: "/none" };

it.each(programs)("npm run $name ends with 2 and a message at an unknown option", async ({ args }) => {
  const { code, stdout, stderr } = await run(process.execPath, [...args, "--no-such-option"], { cwd: project, env });
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/\S/)]);
  expect(stderr).not.toMatch(/\n +at /);
});
