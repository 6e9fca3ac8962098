import { applyUsageRules } from "@analyze/common/usage";
import { afterEach, expect, it, vi } from "vitest";
import { run } from "../../deploy/run.ts";
import manifest from "../package.json" with { type: "json" };
import { program as commands } from "./commands/program.ts";
import { program as host } from "./host/program.ts";

const programs = { commands, host };
for (const program of Object.values(programs)) applyUsageRules(program);

afterEach(() => vi.restoreAllMocks());

/** The exit code of a command line with wrong usage, and what it prints. */
async function refused(name: keyof typeof programs, words: readonly string[]): Promise<{ code: number; text: string }> {
  let [code, text] = [NaN, ""];
  vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += String(part);
    return true;
  });
  vi.spyOn(process, "exit").mockImplementation((given) => {
    code = Number(given);
    throw new Error("ended");
  });
  await expect(programs[name].parseAsync(words, { from: "user" })).rejects.toThrow("ended");
  return { code, text };
}

/** `npm run pipeline-roles` first says what it requires, and the cdktf command line gets all of its arguments. */
const known = Object.values(manifest.scripts).flatMap((script) => {
  const words = /src\/commands\/main\.ts (\S+)$/.exec(script)?.[1];
  return words === undefined || ["cdktf", "pipeline-roles"].includes(words) ? [] : [words];
});

it.each<[keyof typeof programs, string, string]>([
  ...known.map((words): ["commands", string, string] => ["commands", `${words} --none`, "unknown option '--none'"]),
  ["commands", "no-such-command", "unknown command"],
  ["commands", "deploy --plan zz", "64 hex digits"],
  ["commands", "deploy --plan", "argument missing"],
  ["commands", "client-update --to zz", "64 hex digits"],
  ["commands", "state --to elsewhere", "Allowed choices are s3, local"],
  ["commands", "state --unlock extra", "too many arguments"],
  ["commands", "pipeline-roles --none", "--repository <owner/name>"],
  ["host", "status --none", "unknown option '--none'"],
  ["host", "no-such-command", "unknown command"],
  ["host", "log -n many", "whole number"],
  ["host", "tunnel --to nowhere", "host:port"],
  ["host", "tunnel --port 0", "1 to 65535"],
])("%s: `%s` ends with 2 before anything else", async (name, line, said) => {
  expect(await refused(name, line.split(" "))).toEqual({ code: 2, text: expect.stringContaining(said) });
});

/** No credentials, no settings and no other program: a command that went on would fail in another way. */
const nothing = {
  ...Object.fromEntries(
    Object.keys(process.env).flatMap((name) => (/^(AWS|ANALYZE)_/.test(name) ? [[name, undefined]] : [])),
  ),
  PATH: "/none",
  HOME: "/none",
};

it.each<[string, number, string]>([
  ...known.map((name): [string, number, string] => [`src/commands/main.ts ${name} --help`, 0, `Usage: cdktf/ ${name}`]),
  ["src/commands/main.ts pipeline-roles --help", 0, "Usage: cdktf/ pipeline-roles"],
  ["src/commands/main.ts cdktf --help", 0, "npm run cdktf -- help"],
  ["src/main.ts --help", 0, "usage: npm run synth"],
  ["src/main.ts --none", 2, "takes no arguments"],
  ["src/host/main.ts --help", 0, "Usage: host"],
  ["src/host/main.ts report --help", 0, "--open"],
  ["src/host/main.ts report --since 2h --json --help", 0, "Usage: analyze report"],
  ["src/host/main.ts doctor -h", 0, "Usage: analyze doctor"],
  ["src/host/main.ts report --none", 2, "unknown option '--none'"],
  ["src/host/main.ts report --open --slo many", 2, "--slo"],
  ["src/host/main.ts doctor now", 2, "too many arguments"],
])("`%s` ends with %i without AWS or another program", async (line, expected, said) => {
  const { code, stdout, stderr } = await run(process.execPath, line.split(" "), { env: nothing });
  const [printed, other] = expected === 0 ? [stdout, stderr] : [stderr, stdout];
  expect([code, printed, other]).toEqual([expected, expect.stringContaining(said), ""]);
});
