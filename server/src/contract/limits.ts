/** Limits that the edge and both services enforce. Sizes in bytes, times in milliseconds. */
export const limits = {
  bodyBytes: 1024 * 1024,
  textBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  workerDeadlineMs: 2000,
} as const;
