import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startPart, type Part } from "./part.ts";

let folder: string;
let part: Part | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "part-"));
});
afterEach(async () => {
  part?.kill();
  await part?.ended;
  rmSync(folder, { recursive: true });
});

/** A program whose output is in an imported file, which the test changes. It drains on SIGTERM. */
function write(word: string): void {
  writeFileSync(join(folder, "word.mjs"), `export const word = "${word}";`);
}

function start(): Part {
  write("first");
  const entry = join(folder, "main.mjs");
  writeFileSync(
    entry,
    `import { createServer } from "node:net";
import { word } from "./word.mjs";
const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1", () => console.log("began", word, server.address().port));
process.on("SIGTERM", () => { console.log("drained", word); server.close(); });`,
  );
  part = startPart({ name: "web", entry, env: {}, log: join(folder, "log"), watch: true });
  return part;
}

async function printed(pattern: RegExp): Promise<RegExpExecArray> {
  return vi.waitFor(
    () => {
      const found = pattern.exec(readFileSync(join(folder, "log"), "utf8"));
      if (!found) throw new Error(`the log has no ${pattern}`);
      return found;
    },
    { timeout: 15_000 },
  );
}

it("with watch, a program drains and restarts when an imported file changes", async () => {
  const { stop } = start();
  await printed(/began first/);
  write("second");
  await printed(/drained first[^]*began second/);
  await stop();
  expect(readFileSync(join(folder, "log"), "utf8")).toContain("drained second");
});

it("with watch, kill ends the program, not only its watcher", async () => {
  const { kill, ended } = start();
  const [, port] = await printed(/began first (\d+)/);
  kill();
  expect(await ended).toBe("was ended by SIGKILL");
  await vi.waitFor(() => expect(dial(Number(port))).rejects.toThrow("ECONNREFUSED"), { timeout: 15_000 });
});

async function dial(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
}
