import { UserError } from "@analyze/common/errors";
import { open, type FileHandle } from "node:fs/promises";

const newline = 0x0a;

async function endsTorn(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== newline;
}

/**
 * Appends one line and returns when it is on the disk. The file is opened for each line, so it can be renamed
 * or removed at any time. A torn last line, left by a crash, is completed with a newline first. If the line does not fit, its
 * written part is removed, and the write error is thrown.
 */
export async function appendLine(file: string, line: string): Promise<void> {
  const handle = await open(file, "a+", 0o640);
  try {
    const { size } = await handle.stat();
    const healed = (await endsTorn(handle, size)) ? `\n${line}` : line;
    try {
      await handle.writeFile(healed);
      await handle.datasync();
    } catch (error) {
      await handle.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await handle.close();
  }
}

/**
 * Opens the log once, and creates it if it is missing, so that a client that cannot write does not start.
 * @throws UserError, saying what to do.
 */
export async function requireLog(file: string): Promise<void> {
  try {
    const handle = await open(file, "a+", 0o640);
    await handle.close();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `The log cannot be opened: ${reason}. Set ANALYZE_LOG to a file that this user can write, in an existing folder.`,
      { cause: error },
    );
  }
}
