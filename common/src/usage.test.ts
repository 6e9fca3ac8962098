import { Command, Option } from "commander";
import { expect, it, vi } from "vitest";
import { applyUsageRules, refuseArguments } from "./usage.ts";

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

it("refuses arguments that a command would ignore, and does not quote them", () => {
  expect(() => refuseArguments("npm run support-dates", ["--secret=1"])).toThrow(/takes no arguments, but got 1\.$/);
  refuseArguments("npm run support-dates", []);
});
