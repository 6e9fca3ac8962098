/** What the doctor found at one place of the way. */
export interface Finding {
  name: string;
  /** `warning`: works, but not for long or not well. */
  state: "ok" | "warning" | "broken";
  saw: string;
  means?: string | undefined;
  /** The one command to type next. */
  next?: string | undefined;
}

/** The findings up to and with the first broken one, as they come. */
export async function* untilBroken(findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
  for await (const finding of findings) {
    yield finding;
    if (finding.state === "broken") return;
  }
}

/** A finding that is well, or a warning when `trouble` says what to do. */
export function well(name: string, saw: string, trouble?: { means: string; next: string }): Finding {
  return trouble === undefined ? { name, state: "ok", saw } : { name, state: "warning", saw, ...trouble };
}
