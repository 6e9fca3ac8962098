import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeWhole } from "./files.ts";
import type { Part } from "./part.ts";

const file = "logs/start.json";
const main = "scripts/start/main.ts";
const record = z.object({
  ports: z.array(z.number()),
  start: z.int().positive(),
  parts: z.array(z.object({ name: z.string(), entry: z.string(), pid: z.int().positive() })),
});

/** Records which processes hold these ports, for {@link describeEarlier}. */
export function recordRun(ports: number[], parts: Part[]): void {
  const running = parts.map(({ name, entry, pid }) => ({ name, entry, pid }));
  writeWhole(file, `${JSON.stringify({ ports, start: process.pid, parts: running })}\n`);
}

/**
 * Which processes of an earlier `npm start` in this folder use one of these ports, and how to end them. Undefined if
 * they have ended or use other ports, and if `ps` does not show them.
 */
export function describeEarlier(wanted: number[]): string | undefined {
  const earlier = readRecord();
  if (!earlier?.ports.some((port) => wanted.includes(port))) return undefined;
  if (commandOf(earlier.start).includes(main))
    return `npm start (pid ${earlier.start}) is running in this folder already. End it with Ctrl-C, or: kill ${earlier.start}`;
  const left = earlier.parts.filter(({ pid, entry }) => commandOf(pid).includes(entry));
  if (left.length === 0) return undefined;
  const names = left.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ");
  return `Processes of an earlier npm start still run: ${names}. End them: kill ${left.map(({ pid }) => pid).join(" ")}`;
}

function readRecord(): z.infer<typeof record> | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** The command line of a process: its PID may belong to another program by now. Empty if there is none. */
function commandOf(pid: number): string {
  try {
    return execFileSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
