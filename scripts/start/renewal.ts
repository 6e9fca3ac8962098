import { setTimeout as delay } from "node:timers/promises";
import { dateOf, issueAll, warningsOf, type Step } from "@analyze/certs";
import { UserError } from "@analyze/common/errors";
import type { Screen } from "./view.ts";

/**
 * Issues what is due in `dir` after each `everyMs`, until `signal` aborts: leaves in their last 30 days, and the steps of
 * a CA's replacement. Web and client follow the files. Shows what it did, each new warning once, and tries again after a
 * fault.
 */
export async function renewEvery(dir: string, everyMs: number, screen: Screen, signal: AbortSignal): Promise<void> {
  const shown = new Set<string>();
  for (;;) {
    for (const warning of warningsOf(dir)) {
      if (!shown.has(warning)) screen.write(`${warning}\n`);
      shown.add(warning);
    }
    try {
      await delay(everyMs, undefined, { signal });
    } catch {
      return;
    }
    await renew(dir, screen);
  }
}

async function renew(dir: string, screen: Screen): Promise<void> {
  try {
    const issued = (await issueAll({ dir })).filter(({ done }) => done === "issued");
    if (issued.length > 0) screen.write(`Renewed: ${issued.map(nameOf).join(", ")}, without a restart\n`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    screen.write(`Not renewed: ${error.message}\n`);
  }
}

function nameOf({ name, until }: Step): string {
  return `${name}.crt (valid until ${dateOf(until)})`;
}
