import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createFolder } from "@analyze/common/folder";
import { UserError } from "@analyze/common/errors";

/** Creates the folder of `file`, then runs `work`. Throws a {@link UserError} that names the file. */
export function inFolder<Result>(file: string, work: () => Result): Result {
  try {
    createFolder(dirname(file));
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${file} cannot be written: ${reason}\nnpm start needs ${dirname(file)} as a folder that it may write to: move away what is in the way.`,
      { cause: error },
    );
  }
}

/** Writes a file atomically. Throws a {@link UserError} that names it. */
export function writeWhole(file: string, text: string): void {
  inFolder(file, () => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  });
}
