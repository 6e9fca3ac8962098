let inCheckout = false;

/** Decides how {@link typed} spells commands: in a checkout npm runs them. Called once, by the program. */
export function spellCommandsFor(env: NodeJS.ProcessEnv): void {
  inCheckout = env["ANALYZE_PLACE"] === "start" || env["npm_lifecycle_event"] === "analyze";
}

/** A command of this client as a person types it here: `analyze doctor`, or in a checkout `npm run analyze -- doctor`. */
export function typed(words: string): string {
  return `${inCheckout ? "npm run analyze --" : "analyze"} ${words}`;
}

/** The command that starts the client here. */
export function typedStart(): string {
  return inCheckout ? "npm start" : "analyze run";
}
