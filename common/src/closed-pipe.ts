/**
 * Lets the process continue when the reader of its stdout or stderr closes the pipe, as `head` does. Any other error of
 * these streams, such as a full disk, is reported on stderr once, and makes the exit code non-zero.
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
