import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { PartOptions } from "./part.ts";

/** Where tasks, or documents, of this run are kept. */
export interface Store {
  /** Settings of web and worker. */
  env: Record<string, string>;
  /** The server that has to be started; absent where there is none, or one already. */
  part?: PartOptions;
  /** What the greeting says. */
  line: string;
  /** Removes what the run leaves. */
  remove(): void;
}

/** A store without a server of this run. */
export function without(line: string): Store {
  return { env: {}, line, remove: () => undefined };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The file of the first of these programs that a folder of `path` has. */
export function findOnPath(names: readonly string[], path: string): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** A folder that only this user may enter, and what removes it. */
export function privateFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `analyze-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
