import { cpSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./fixture.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url));
/** What is made here and not kept in git: a person's state and keys are among it. */
const made = new Set(["node_modules", ".git", ".ci", "dist", "cdktf.out", "state", "issued"]);

/** A copy of the project as it stands, with the packages that are installed here. Returns its folder. */
export function checkOut(): string {
  const folder = temporaryFolder();
  cpSync(project, folder, { recursive: true, filter: (source) => !made.has(basename(source)) });
  for (const packages of ["node_modules", "cdktf/node_modules"])
    symlinkSync(join(project, packages), join(folder, packages));
  return folder;
}
