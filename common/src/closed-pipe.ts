/**
 * Lets the process go on when the reader of its stdout or stderr goes away, as `head` does. Any other fault of these
 * streams (a full disk, say) is told on stderr once, and the exit code is then not 0.
 */
export function surviveClosedPipes(): void {
  let faults = 0;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE" || faults++ > 0) return;
      process.on("exit", () => (process.exitCode ||= 1));
      if (stream === process.stdout) process.stderr.write(`The output cannot be written: ${error.message}\n`);
    });
  }
}
