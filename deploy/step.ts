/** Runs one step of the work and says what it is, what came of it, and how long it took. */
export async function step<T>(
  title: string,
  work: () => Promise<T>,
  tell: (result: T) => string = () => "done",
): Promise<T> {
  process.stdout.write(`▸ ${title} … `);
  const started = performance.now();
  try {
    const result = await work();
    process.stdout.write(`${tell(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}
