/** A fault that the person who runs the command can mend; the message says how. */
export class CertsError extends Error {
  override name = "CertsError" as const;
}
