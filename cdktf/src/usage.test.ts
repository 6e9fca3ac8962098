import { applyUsageRules } from "@analyze/common/usage";
import { afterEach, expect, it, vi } from "vitest";
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
