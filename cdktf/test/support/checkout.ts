import { cpSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./fixture.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url));
/** Generated files that are not in git: a person's state and keys are among them. */
const made = /(^|\/)(node_modules|dist)$|^(\.git|\.ci|logs|certs\/issued|cdktf\/(cdktf\.out|state))$/;

/** A copy of the project with its installed packages. Returns its folder. */
export function checkOut(): string {
  const folder = temporaryFolder();
  cpSync(project, folder, { recursive: true, filter: (source) => !made.test(relative(project, source)) });
  for (const packages of ["node_modules", "cdktf/node_modules"])
    symlinkSync(join(project, packages), join(folder, packages));
  return folder;
}
