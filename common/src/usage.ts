import { UserError } from "./errors.ts";

/** The part of a commander command that is used here. */
interface CommandLine {
  readonly commands: readonly CommandLine[];
  readonly options: readonly { readonly long?: string | undefined; readonly hidden: boolean }[];
  configureOutput(output: { outputError(text: string, write: (text: string) => void): void }): unknown;
  exitOverride(callback: (end: { readonly exitCode: number }) => never): unknown;
  hook(event: "preAction", listener: () => void | Promise<void>): unknown;
}

/**
 * Makes all commands of this project end wrong usage in the same way: exit code 2, and a suggestion of the options that
 * start like an unknown one: `--renew` for `--renew-due`. commander itself ends with 1, and suggests options that differ
 * by up to three letters. Call it after all commands and options are declared.
 */
export function applyUsageRules(program: CommandLine): void {
  program.hook("preAction", () => preparation());
  applyTo(program);
}

/** What a wrapper of a program does before the program's action. */
let preparation: () => void | Promise<void> = () => undefined;

/** For a wrapper of a program: does this after the program's command line has been found valid, before its action. */
export function beforeAction(work: typeof preparation): void {
  preparation = work;
}

/** Exit code of a program that only checks a command line, where it is valid and does not ask for help. */
export const validUsage = 100;

function applyTo(program: CommandLine): void {
  const known = program.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long]));
  program.configureOutput({ outputError: (text, write) => write(withSuggestion(text, known)) });
  program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  for (const command of program.commands) applyTo(command);
}

/** For a command that is not commander's: prints `usage` and ends with 0 where `args` ask for help. Call it first. */
export function answerHelp(usage: string, args: readonly string[]): void {
  if (!args.some((word) => word === "--help" || word === "-h")) return;
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

/** For a command without options: answers a request for help, and throws a UserError for any other argument, which it would ignore. */
export function refuseArguments(command: string, args: readonly string[]): void {
  answerHelp(`usage: ${command}`, args);
  if (args.length > 0) throw new UserError(`${command} takes no arguments, but got ${args.length}.`);
}

function withSuggestion(text: string, known: readonly string[]): string {
  const [, wrong = ""] = /unknown option '(--[a-z][^'=]+)/.exec(text) ?? [];
  if (wrong === "" || text.includes("Did you mean")) return text;
  const near = known.filter((option) => wrong.startsWith(option) || option.startsWith(wrong));
  if (near.length === 0) return text;
  return `${text.trimEnd()}\n(Did you mean ${near.length > 1 ? "one of " : ""}${near.join(", ")}?)\n`;
}
