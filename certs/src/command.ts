import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where `npm run certs` works without `--dir`: npm runs it in the project's root. */
const usualFolder = fileURLToPath(new URL("../issued", import.meta.url));

/** The command that a message prints: it works on the same folder, from wherever it is run. */
export function certsCommand(dir: string, ...flags: string[]): string {
  const folder = resolve(dir);
  const all = folder === usualFolder ? flags : [`--dir ${quoted(folder)}`, ...flags];
  return ["npm run certs", ...(all.length > 0 ? ["--", ...all] : [])].join(" ");
}

/** The hosts that a person asked for, as flags of {@link certsCommand}. */
export function hostFlags(hosts: readonly string[] = []): string[] {
  return hosts.map((host) => `--host ${host}`);
}

/** One word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
