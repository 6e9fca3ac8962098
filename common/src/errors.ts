/**
 * A fault that the person who runs the command can correct. The message says what to do next.
 * Programs print the message without a stack and end with `exitCode`; any other error is a defect. 2: what was typed or set is
 * wrong. 1: the subject is not as the command needs it, such as a stage that has not been deployed.
 */
export class UserError extends Error {
  override name = "UserError";
  readonly exitCode: number;

  constructor(message: string, { exitCode = 2, ...options }: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Ends a failed command: message on stderr, and exit code. Rethrows anything but a UserError, which is a defect. */
export function endWith(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

/** The code of an error of the system or of Node, such as `ENOENT`; undefined for an error without one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
