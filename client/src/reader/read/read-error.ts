import { errorCode, UserError } from "@analyze/common/errors";

/** The log cannot be read, or the options do not fit the log; the message says what to do. */
export class ReadError extends UserError {
  override name = "ReadError";
}

/** Whether the file system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}

/** The file system's or the decompressor's error in words. */
export function reasonOf(error: unknown): string {
  if (errorCode(error) === "EACCES") return "permission denied; use sudo, or join the group that owns it (adm)";
  return error instanceof Error ? error.message : String(error);
}
