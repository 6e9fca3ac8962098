import { UserError } from "@analyze/common/errors";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type { Instance } from "./instance.ts";
import { run } from "../../../deploy/run.ts";
import { shellWord } from "@analyze/common/shell";
import { type Command, type Destination } from "./remote.ts";

/** Receives a command's output. */
type Write = (text: string) => unknown;

/** Session Manager on this terminal: a login, or one shell line with its own terminal on the host. */
export function openSession(destination: Destination, line = ""): Command {
  return line === "" ? session(destination) : session(destination, interactive, line);
}

const interactive = "AWS-StartInteractiveCommand";

/**
 * Runs a shell line through Session Manager for a program to read. `write` gets its stdout and stderr together, without
 * the plugin's own output. `endless`: the line ends only with the session. Resolves with the line's exit code, which
 * the plugin does not return; rejects with a UserError if the session broke.
 */
export async function runSession(
  destination: Destination,
  line: string,
  write: Write,
  endless = false,
): Promise<number> {
  const mark = `${randomUUID()} exit `;
  const script = `(${line}); echo "${mark}$?"`;
  // Only a program with a terminal gets the end of the session. The other document runs a program without a shell.
  const [program, args] = endless
    ? session(destination, interactive, script)
    : session(destination, "AWS-StartNonInteractiveCommand", `sh -c ${shellWord(script)}`);
  const printed = new PassThrough();
  // The input stays open: its end would end the session.
  const ended = run(program, args, { input: null, share: ["stderr"], onOutput: (text) => printed.write(text) });
  const [code, exit] = await Promise.all([
    readSession(createInterface(printed), mark, write),
    ended.finally(() => printed.end()),
  ]);
  if (code !== null) return code;
  if (exit.stderr !== "") throw new UserError(exit.stderr, { exitCode: 1 });
  if (exit.code !== 0) return exit.code;
  throw new UserError(
    `Session Manager ended the session with ${destination.instance.id} before the command did; its words are above.`,
    { exitCode: 1 },
  );
}

function session({ config, instance }: Destination, document?: string, line = ""): Command {
  const start = ["ssm", "start-session", "--region", config.region, "--target", running(instance)];
  if (document === undefined) return ["aws", start];
  return ["aws", [...start, "--document-name", document, "--parameters", JSON.stringify({ command: [line] })]];
}

function running({ id, state }: Instance): string {
  if (state === "running") return id;
  throw new UserError(`${id} is ${state}: \`npm run host -- start\` starts it.`, { exitCode: 1 });
}

/** Passes on the lines between the plugin's greeting and the mark. Resolves with the code behind the mark; null: none came. */
async function readSession(lines: AsyncIterable<string>, mark: string, write: Write): Promise<number | null> {
  let begun = false;
  let code: number | null = null;
  for await (const text of lines) {
    const end = text.indexOf(mark);
    if (code !== null) continue;
    if (!begun) begun = text.startsWith("Starting session with SessionId: ");
    else if (end === -1) write(`${text}\n`);
    else {
      write(text.slice(0, end));
      // A session that broke within this line has a mark without a code.
      const [digits] = /^\d+/.exec(text.slice(end + mark.length)) ?? [];
      if (digits === undefined) return null;
      code = Number(digits);
    }
  }
  return code;
}
