import { Command, Option } from "commander";
import { expect, it, vi } from "vitest";
import { keepPrinted } from "../../test/support/printed.ts";
import { answerHelp, applyUsageRules, beforeAction, refuseArguments } from "./usage.ts";

/** What a command line prints on stderr before it ends. */
function refused(...args: string[]): string {
  let printed = "";
  const program = new Command("certs")
    .configureOutput({ writeErr: (text) => void (printed += text) })
    .option("--renew")
    .option("--new-key")
    .option("--replace-ca")
    .addOption(new Option("--new-internal").hideHelp());
  program.command("report").option("--json").option("--since <time>");
  applyUsageRules(program);
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
  expect(() => program.parse(args, { from: "user" })).toThrow("exit 2");
  exit.mockRestore();
  return printed;
}

it.each([
  [["--renew-due"], "error: unknown option '--renew-due'\n(Did you mean --renew?)\n"],
  [["--renew-due=30d"], "error: unknown option '--renew-due=30d'\n(Did you mean --renew?)\n"],
  [["--new"], "error: unknown option '--new'\n(Did you mean --renew?)\n"],
  [["--new-"], "error: unknown option '--new-'\n(Did you mean --new-key?)\n"],
  [["--replace"], "error: unknown option '--replace'\n(Did you mean --replace-ca?)\n"],
  [["--re"], "error: unknown option '--re'\n(Did you mean one of --renew, --replace-ca?)\n"],
  [["report", "--json-lines"], "error: unknown option '--json-lines'\n(Did you mean --json?)\n"],
  [["report", "--renew-due"], "error: unknown option '--renew-due'\n"],
  [["--colour"], "error: unknown option '--colour'\n"],
  [["-x"], "error: unknown option '-x'\n"],
])("%j ends with 2, and suggests similar options of its own command", (args, text) => {
  expect(refused(...args)).toBe(text);
});

/** What happens to a command line of a program with one command, in its order. */
async function course(...args: string[]): Promise<string[]> {
  const events: string[] = [];
  const program = new Command("data").configureOutput({ writeOut: () => void events.push("help"), writeErr: () => {} });
  program.command("backup").action(() => void events.push("action"));
  applyUsageRules(program);
  beforeAction(async () => void events.push("preparation"));
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
  await program.parseAsync(args, { from: "user" }).catch((error: unknown) => void events.push(String(error)));
  exit.mockRestore();
  beforeAction(() => undefined);
  return events;
}

it.each([
  [["backup"], ["preparation", "action"]],
  [
    ["backup", "--help"],
    ["help", "Error: exit 0"],
  ],
  [["backup", "--none"], ["Error: exit 2"]],
  [["none"], ["Error: exit 2"]],
])("%j is prepared only where its usage is right", async (args, events) => {
  expect(await course(...args)).toEqual(events);
});

it.each(["--help", "-h"])("prints the usage on stdout and ends with 0 at %s", (word) => {
  const printed = keepPrinted();
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${String(code)}`);
  });
  expect(() => answerHelp("usage: npm run x", ["x", word])).toThrow("exit 0");
  expect(() => refuseArguments("npm run y", [word])).toThrow("exit 0");
  answerHelp("usage: npm run z", ["--helpful"]);
  vi.restoreAllMocks();
  expect(printed()).toBe("usage: npm run x\nusage: npm run y\n");
});

it("refuses arguments that a command would ignore, and does not quote them", () => {
  expect(() => refuseArguments("npm run support-dates", ["--secret=1"])).toThrow(/takes no arguments, but got 1\.$/);
  refuseArguments("npm run support-dates", []);
});
