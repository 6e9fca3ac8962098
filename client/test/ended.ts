import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** How a program ended, and its output. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Waits for a program that was started with pipes for its output. */
export async function endOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const [[code], out, err]: [(number | null)[], string, string] = await Promise.all([
    once(child, "exit"),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code ?? null, out, err };
}
