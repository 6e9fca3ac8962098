import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "@analyze/common/shell";

/** The command that runs this program, and its folder. npm runs it in the root of the project. */
let typed = {
  command: "npm run certs",
  separator: ["--"],
  folder: fileURLToPath(new URL("../issued", import.meta.url)),
};

/** Lets {@link certsCommand} print another command for `dir` that takes options directly, as in a container. */
export function spellCommandsAs(command: string, dir: string): void {
  typed = { command, separator: [], folder: resolve(dir) };
}

/** The command in a message: it works on the same folder from any working directory. */
export function certsCommand(dir: string, ...flags: string[]): string {
  const folder = resolve(dir);
  const all = folder === typed.folder ? flags : [`--dir ${shellWord(folder)}`, ...flags];
  return [typed.command, ...(all.length > 0 ? [...typed.separator, ...all] : [])].join(" ");
}

/** The requested hosts, as flags of {@link certsCommand}. */
export function hostFlags(hosts: readonly string[] = []): string[] {
  return hosts.map((host) => `--host ${host}`);
}
