import { open, stat, writeFile } from "node:fs/promises";
import { belongsTo, findLogFiles } from "../../../log/family.ts";
import { ReadError, reasonOf } from "../../read/read-error.ts";

/** The mark of a page that `analyze report` wrote, near its beginning. */
export const pageMark = '<meta name="generator" content="analyze report" />';
const headBytes = 1024;

async function beginning(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function refused(file: string, why: string): ReadError {
  return new ReadError(`The page is not written: ${file} ${why}. Give --html the name of a new file`);
}

async function refuseFilesOf(log: string, file: string, inode: number | undefined): Promise<void> {
  const files = await findLogFiles(log).catch(() => []);
  if (belongsTo(log, file) || files.some((one) => one.inode === inode))
    throw refused(file, `belongs to the log ${log}`);
}

/**
 * Accepts only a new file, an empty one or an earlier page as the target, so that no log, key or other file is lost.
 * @throws ReadError, saying what to do.
 */
async function checkTarget(file: string, logs: string[]): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  for (const log of logs) await refuseFilesOf(log, file, found?.ino);
  if (found === undefined) return;
  if (!found.isFile()) throw refused(file, "is not a regular file");
  if (found.size > 0 && !(await beginning(file)).includes(pageMark))
    throw refused(file, "exists, and is not a page of analyze report");
}

/**
 * Writes a page of the report on `logs` to `file`.
 * @throws ReadError when the file is not one that may be replaced, or cannot be written.
 */
export async function writePage(file: string, page: string, logs: string[]): Promise<void> {
  try {
    await checkTarget(file, logs);
    await writeFile(file, page);
  } catch (error) {
    throw error instanceof ReadError ? error : new ReadError(`The page cannot be written: ${reasonOf(error)}`);
  }
}
