import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { shellWord } from "@analyze/common/shell";
import { vi } from "vitest";

/** The answer of a program to arguments that contain `to`, separated by spaces. The first that matches counts. */
export interface Answer {
  readonly to: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

/** A program that a script replaces. */
export interface Fake {
  /** The folder of the script, which is first on the PATH until `vi.unstubAllEnvs()`. */
  readonly folder: string;
  /** The arguments of each call, separated by spaces. */
  calls(): string[];
  /** What calls got on standard input for the argument `-`, one after the other. */
  input(): string;
}

/** Replaces a program by a script with these answers. Another call ends with code 64 and says so on stderr. */
export function fakeProgram(name: string, answers: readonly Answer[]): Fake {
  const folder = mkdtempSync(join(tmpdir(), `fake-${name}-`));
  const file = (part: string): string => join(folder, part);
  const cases = answers.map(({ to, stdout = "", stderr = "", code = 0 }, index) => {
    writeFileSync(file(`${index}.out`), stdout);
    writeFileSync(file(`${index}.err`), stderr);
    return `*${shellWord(to)}*) /bin/cat ${shellWord(file(`${index}.out`))}; /bin/cat ${shellWord(file(`${index}.err`))} >&2; exit ${code} ;;`;
  });
  const script = `#!/bin/sh
printf '%s\\n' "$*" >>${shellWord(file("calls"))}
case " $* " in *' - '*) /bin/cat >>${shellWord(file("input"))} ;; esac
case "$*" in
${cases.join("\n")}
esac
echo "unexpected call: $*" >&2
exit 64
`;
  writeFileSync(file(name), script, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  const read = (part: string): string => (existsSync(file(part)) ? readFileSync(file(part), "utf8") : "");
  return {
    folder,
    calls: () => read("calls").split("\n").slice(0, -1),
    input: () => read("input"),
  };
}
