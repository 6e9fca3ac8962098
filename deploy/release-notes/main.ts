import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endWith } from "@analyze/common/errors";
import manifest from "../../package.json" with { type: "json" };
import { project } from "../images/docker.ts";
import { readRecord, recordFile } from "../images/record.ts";
import { entryOf, releaseNotes } from "./notes.ts";

/** `npm run release-notes`: writes dist/release-notes.md for the version of package.json. */
try {
  const entry = entryOf(readFileSync(join(project, "CHANGELOG.md"), "utf8"), manifest.version);
  const file = join(project, "dist", "release-notes.md");
  writeFileSync(file, releaseNotes(entry, readRecord(recordFile)));
  process.stdout.write(`${file}\n`);
} catch (error) {
  endWith(error);
}
