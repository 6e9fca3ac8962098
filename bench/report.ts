import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, release, type as systemName } from "node:os";

/** A line of progress on stderr, with the time. */
export function progress(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

/** The requested number of rounds; exits if it is no number. */
export function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(`--rounds must be a whole number from 1 on, not ${JSON.stringify(text)}.\n`);
    process.exit(2);
  }
  return rounds;
}

/** When and where it was measured, as a sentence. */
export function place(rounds: number, connections: number): string {
  const [{ model } = { model: "unknown processor" }] = cpus();
  const system = `${cpus().length} × ${model}, ${systemName()} ${release()}, ${arch()}`;
  const when = new Date().toISOString().slice(0, 10);
  return `Measured ${when} on ${system}, Node ${process.versions.node}; ${rounds} rounds, ${connections} connections.`;
}

/** Replaces the part of README.md between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export function writeReadme(name: string, markdown: string): void {
  const file = new URL("README.md", import.meta.url);
  const marks = new RegExp(`(?<=<!-- ${name} -->)|(?=<!-- end of ${name} -->)`);
  const [before, , after] = readFileSync(file, "utf8").split(marks);
  if (before === undefined || after === undefined) throw new Error(`bench/README.md has lost its markers of ${name}`);
  writeFileSync(file, `${before}\n\n${markdown}\n${after}`);
}

/** Prints why the bench ended, and sets the exit code to 1. */
export function fail(error: unknown): void {
  process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
