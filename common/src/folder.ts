import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorCode } from "./errors.ts";

/**
 * Creates a folder and those above it, where they are missing. Throws the system's error. Node's own
 * `mkdir(…, { recursive: true })` never returns for a folder that answers ENOENT although it is there, as /proc does.
 */
export function createFolder(path: string): void {
  try {
    create(path);
  } catch (error) {
    const above = dirname(path);
    if (errorCode(error) !== "ENOENT" || above === path) throw error;
    createFolder(above);
    create(path);
  }
}

/** Accepts a folder that is there, also as a link. */
function create(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST" || !statSync(path).isDirectory()) throw error;
  }
}
