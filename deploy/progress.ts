/** Shows the next step on stderr, so that stdout stays clean. */
export function announce(text: string): void {
  process.stderr.write(`▸ ${text}\n`);
}

/** Runs one step, and shows its name, result and duration. */
export async function step<T>(
  title: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => "done",
): Promise<T> {
  process.stdout.write(`▸ ${title} … `);
  const started = performance.now();
  try {
    const result = await work();
    process.stdout.write(`${describe(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}
