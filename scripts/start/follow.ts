import { closeSync, openSync, readSync, statSync } from "node:fs";

/**
 * Calls `line` with each line that is appended to `path` from now on, as `tail -F`: the file may not exist yet, may be
 * renamed away by a rotation, or cut. Returns the function that ends it, which first reads what is still unread.
 */
export function follow(path: string, line: (text: string) => void): () => void {
  const before = statSync(path, { throwIfNoEntry: false });
  let file = before?.ino;
  let offset = before?.size ?? 0;
  let rest = "";

  const read = (): void => {
    const now = statSync(path, { throwIfNoEntry: false });
    if (!now) return;
    if (now.ino !== file || now.size < offset) offset = 0;
    file = now.ino;
    if (now.size === offset) return;
    const lines = (rest + readFrom(path, offset, now.size)).split("\n");
    offset = now.size;
    rest = lines.pop() ?? "";
    for (const one of lines) line(one);
  };

  // Asking for the size works on every file system; events of changes do not.
  const timer = setInterval(read, 200);
  return () => {
    clearInterval(timer);
    read();
  };
}

function readFrom(path: string, start: number, end: number): string {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(end - start);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, buffer.length, start));
  } finally {
    closeSync(file);
  }
}
