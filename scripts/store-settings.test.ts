import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Program, startProgram } from "../test/support/program.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stores-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes the file of `npm start`, with the address of a store. */
function leave(variable: string, value: string): void {
  mkdirSync(join(dir, "logs"));
  const client = ["URL", "ADDRESS", "CA_FILE", "PLACE", "LOG"].map((name) => `ANALYZE_${name}="x"\n`);
  writeFileSync(join(dir, "logs/analyze.env"), `${client.join("")}${variable}="${value}"\n`);
}

/** The command's output in a checkout with these variables. */
async function printed(command: string, args: string[], own: Record<string, string> = {}): Promise<string> {
  const program = start(command, args, own);
  await program.ended;
  return program.output();
}

function start(command: string, args: string[], own: Record<string, string> = {}): Program {
  const { REDIS_URL: _, MONGODB_URL: __, ...env } = process.env;
  const options = { cwd: dir, env: { ...env, ...own } };
  return startProgram(process.execPath, [join(import.meta.dirname, command), ...args], options);
}

/** A command, its variable, its store, and the address of a socket as `npm start` writes it. */
const commands = [
  ["tasks.ts", ["list"], "REDIS_URL", "Redis", (socket: string) => socket],
  [
    "data.ts",
    ["backup", "file"],
    "MONGODB_URL",
    "MongoDB",
    (socket: string) => `mongodb://${encodeURIComponent(socket)}/analyze`,
  ],
] as const;

it.each(commands)(
  "%s %j in a fresh clone says that npm start runs no store",
  async (command, args, variable, store) => {
    const text = await printed(command, [...args]);
    expect(text).toContain(`Settings: none. npm start runs no private ${store} in this folder\n`);
    expect(text).toContain(`${variable} is not set: name the ${store} of`);
  },
);

it.each(commands)("%s %j says that npm start has ended", async (command, args, variable, store, address) => {
  leave(variable, address(join(dir, "gone.sock")));
  const text = await printed(command, [...args]);
  expect(text).toContain(`Settings: none. npm start has ended, and its private ${store} with it\n`);
  expect(text).toContain(`${variable} is not set`);
});

it.each(commands)(
  "%s %j uses the private store of a running npm start",
  async (command, args, variable, store, address) => {
    const socket = join(dir, "store.sock");
    const used = Promise.withResolvers<void>();
    let connections = 0;
    // The first connection only checks that the store is running.
    const server = createServer(() => ++connections === 2 && used.resolve()).listen(socket);
    await once(server, "listening");
    leave(variable, address(socket));
    const program = start(command, [...args]);
    await used.promise;
    await program.stop("SIGKILL");
    server.close();
    expect(program.output()).toContain(`Settings: the private ${store} of npm start\n`);
  },
);

it.each(commands)("%s %j uses its own setting if it has one", async (command, args, variable, _, address) => {
  leave(variable, address(join(dir, "gone.sock")));
  const text = await printed(command, [...args], { [variable]: "http://own.test" });
  expect(text).toMatch(new RegExp(`^Invalid settings:\n  ${variable} must be `));
});
