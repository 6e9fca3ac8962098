/** Something that the preflight saw. `stop`: it cannot go on. `warn`: it can, and this is what it costs. */
export interface Finding {
  level: "stop" | "warn";
  /** Short and stable, for a search: `controller-grace-0`. */
  name: string;
  what: string;
  /** What to do about it, one command or sentence per entry. */
  todo: readonly string[];
}

/** Findings as lines of text; what several of them ask for in a row is said once, below the last of them. */
export function describeFindings(findings: readonly Finding[]): string {
  return findings
    .flatMap(({ level, name, what, todo }, at) => {
      const next = findings[at + 1];
      const isSame = next !== undefined && next.level === level && next.todo.join() === todo.join();
      const head = `  ${level === "stop" ? "✗" : "!"} ${name}: ${what}\n`;
      return isSame ? [head] : [head, ...todo.map((line) => `      → ${line}\n`)];
    })
    .join("");
}
