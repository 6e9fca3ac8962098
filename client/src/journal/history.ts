import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseLine, type LogLine } from "../line.ts";

const tailBytes = 64 * 1024;

async function lastPart(file: string): Promise<string> {
  if (file.endsWith(".gz"))
    return gunzipSync(await readFile(file))
      .subarray(-tailBytes)
      .toString("utf8");
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
}

/** A rotated file of `log` is named as the log with something behind: `.1`, `-20261121`, `.2.gz`. */
async function filesNewestFirst(log: string): Promise<string[]> {
  const names = await readdir(dirname(log));
  const files = names.filter(
    (name) => name.startsWith(basename(log)) && /^($|[.-][\d.-]+(\.gz)?$)/.test(name.slice(basename(log).length)),
  );
  const dated = await Promise.all(
    files.map(async (name) => ({ file: join(dirname(log), name), at: (await stat(join(dirname(log), name))).mtimeMs })),
  );
  return dated.sort((a, b) => b.at - a.at).map(({ file }) => file);
}

function isAccount({ kind }: LogLine): boolean {
  return kind === "ok" || kind === "flaky" || kind === "FAIL" || kind === "gap";
}

/**
 * The last lines of the log, oldest first: those of the newest file that has a run or gap, be it the live one or a
 * rotated one. Empty when there is none. What cannot be read is passed over.
 */
export async function readHistory(log: string): Promise<LogLine[]> {
  const files = await filesNewestFirst(log).catch(() => []);
  for (const file of files) {
    const part = await lastPart(file).catch(() => "");
    const lines = part.split("\n").flatMap((line) => parseLine(line) ?? []);
    if (lines.some(isAccount)) return lines;
  }
  return [];
}
