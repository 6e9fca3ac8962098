import { UserError } from "@analyze/common/errors";

/** The log, or what was asked about it, cannot be read; the message says what to do. */
export class ReadError extends UserError {
  override name = "ReadError";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Whether the file system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

/** The file system's or the decompressor's error in words. */
export function reasonOf(error: unknown): string {
  if (codeOf(error) === "EACCES") return "permission denied; use sudo, or join the group that owns it (adm)";
  return error instanceof Error ? error.message : String(error);
}
