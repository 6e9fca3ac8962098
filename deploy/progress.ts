/** One line for a person that says what begins now; on stderr, so that outputs stay clean. */
export function step(text: string): void {
  process.stderr.write(`▸ ${text}\n`);
}
