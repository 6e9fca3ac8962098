/** Something that the preflight saw. `stop`: it cannot go on. `warn`: it can, and this is what it costs. */
export interface Finding {
  level: "stop" | "warn";
  /** Short and stable, for a search: `controller-grace-0`. */
  name: string;
  what: string;
  /** What to do about it, one command or sentence per entry. */
  todo: readonly string[];
}

/** A finding as lines of text. */
export function describeFinding({ level, name, what, todo }: Finding): string {
  const head = `  ${level === "stop" ? "✗" : "!"} ${name}: ${what}`;
  return [head, ...todo.map((line) => `      ${line}`)].join("\n");
}
