/** Statistics of reading a log, updated while it is read. */
export interface Tally {
  /** Names of the files read, oldest first. */
  files: string[];
  /** Files that were not read, because they were last written long before the window. */
  olderFiles: number;
  /** Bytes at the beginning of files that were skipped, because they are older than the window. */
  skippedBytes: number;
  lines: number;
  /** Torn, NUL or foreign lines: skipped. */
  bad: number;
  /** `file:line` of the first bad one. */
  firstBad?: string;
  /** Lines that are also in another file; they count once. */
  copies: number;
  /** Files that could not be read, or not to their end. */
  problems: { file: string; why: string }[];
}

export function newTally(): Tally {
  return { files: [], olderFiles: 0, skippedBytes: 0, lines: 0, bad: 0, copies: 0, problems: [] };
}

/** Notes about the reading: bad lines, and files that could not be read. */
export function readingNotes({ bad, firstBad, lines, problems }: Tally): string[] {
  const notes = problems.map(({ file, why }) => `not read completely: ${file}: ${why}`);
  if (bad > 0) notes.push(`${bad} of ${lines} lines skipped, torn or foreign (first: ${firstBad})`);
  return notes;
}
