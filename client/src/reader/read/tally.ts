/** What was met while a log was read; filled in as reading goes on. */
export interface Tally {
  /** Names of the files read, oldest first. */
  files: string[];
  /** Files left alone because they were last written long before the time asked for. */
  olderFiles: number;
  /** Bytes at the beginning of the files read that were passed over, being older than the time asked for. */
  skippedBytes: number;
  lines: number;
  /** Torn, NUL or foreign lines: skipped. */
  bad: number;
  /** `file:line` of the first bad one. */
  firstBad?: string;
  /** Lines met again in another file: counted once. */
  copies: number;
  /** Files that could not be read, or not to their end. */
  problems: { file: string; why: string }[];
}

export function newTally(): Tally {
  return { files: [], olderFiles: 0, skippedBytes: 0, lines: 0, bad: 0, copies: 0, problems: [] };
}

/** What a person should know of the reading itself: bad lines, and files that could not be read. */
export function readingNotes({ bad, firstBad, lines, problems }: Tally): string[] {
  const notes = problems.map(({ file, why }) => `not read, or not to its end: ${file}: ${why}`);
  if (bad > 0) notes.push(`${bad} of ${lines} lines are torn or foreign, and skipped (first: ${firstBad})`);
  return notes;
}
