import { open, type FileHandle } from "node:fs/promises";
import { LineSplitter, lineStartNearEnd } from "../../log/lines.ts";
import { notRegular } from "../../log/family.ts";
import { notALog } from "../read/log.ts";
import { isAbsent, ReadError, reasonOf } from "../read/read-error.ts";

/** A file whose growing end is read repeatedly, also after a rename. */
export interface OpenFile {
  handle: FileHandle;
  inode: number;
  /** Bytes read. */
  position: number;
  /** Bytes read up to the end of the last whole line. */
  wholeLines: number;
  splitter: LineSplitter;
}

/**
 * Opens a file at its beginning, or at the first line that starts in its last `bytes`, if one does; undefined when there is none.
 * @throws ReadError for any other fault, and for anything but a regular file.
 */
export async function openFile(path: string, bytes = Infinity): Promise<OpenFile | undefined> {
  const kind = await notRegular(path);
  if (kind !== undefined) throw notALog(path, kind);
  try {
    const handle = await open(path, "r");
    const { ino } = await handle.stat();
    const position = await lineStartNearEnd(handle, bytes);
    return { handle, inode: ino, position, wholeLines: position, splitter: new LineSplitter() };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new ReadError(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Moves back if the file became shorter: to its start, or before the torn end if only that was removed. */
function followTruncation(file: OpenFile, size: number): void {
  if (size >= file.position) return;
  file.position = size >= file.wholeLines ? file.wholeLines : 0;
  file.wholeLines = file.position;
  file.splitter = new LineSplitter();
}

/** Whether the file was cut below the part already read, as copytruncate does. */
export async function isTruncated({ handle, wholeLines }: OpenFile): Promise<boolean> {
  return (await handle.stat()).size < wholeLines;
}

/** The complete lines since the last call, without newlines. */
export async function readOn(file: OpenFile): Promise<string[]> {
  followTruncation(file, (await file.handle.stat()).size);
  const lines: string[] = [];
  const buffer = Buffer.allocUnsafe(64 * 1024);
  for (;;) {
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.position);
    if (bytesRead === 0) return lines;
    const chunk = buffer.subarray(0, bytesRead);
    lines.push(...file.splitter.push(chunk));
    const newline = chunk.lastIndexOf("\n");
    if (newline !== -1) file.wholeLines = file.position + newline + 1;
    file.position += bytesRead;
  }
}
