/** The part of a commander command that is used here. */
interface Suggesting {
  readonly commands: readonly Suggesting[];
  readonly options: readonly { readonly long?: string | undefined; readonly hidden: boolean }[];
  configureOutput(output: { outputError(text: string, write: (text: string) => void): void }): unknown;
}

/**
 * Lets a command and its subcommands suggest the options that start like an unknown one: `--renew` for
 * `--renew-due`. commander itself suggests options that differ by up to three letters. Call it after all options are
 * declared.
 */
export function suggestOptions(program: Suggesting): void {
  const known = program.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long]));
  program.configureOutput({ outputError: (text, write) => write(withSuggestion(text, known)) });
  for (const command of program.commands) suggestOptions(command);
}

function withSuggestion(text: string, known: readonly string[]): string {
  const [, wrong = ""] = /unknown option '(--[a-z][^'=]+)/.exec(text) ?? [];
  if (wrong === "" || text.includes("Did you mean")) return text;
  const near = known.filter((option) => wrong.startsWith(option) || option.startsWith(wrong));
  if (near.length === 0) return text;
  return `${text.trimEnd()}\n(Did you mean ${near.length > 1 ? "one of " : ""}${near.join(", ")}?)\n`;
}
