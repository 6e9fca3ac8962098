import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import manifest from "../../package.json" with { type: "json" };
import { project } from "../images/docker.ts";
import { readRecord, recordFile } from "../images/record.ts";
import { checkTag, entryOf, releaseNotes } from "./notes.ts";

surviveClosedPipes();

const usage = `usage: npm run release-notes           writes dist/release-notes.md for the version of package.json
       npm run release-notes -- --check   checks before a release that the tag GITHUB_REF_NAME, where it is set, and CHANGELOG.md fit the version`;

function filesUrl({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: NodeJS.ProcessEnv, version: string) {
  return server && repository ? `${server}/${repository}/blob/v${version}` : null;
}

try {
  answerHelp(usage, process.argv.slice(2));
  const [mode, ...others] = process.argv.slice(2);
  if ((mode !== undefined && mode !== "--check") || others.length > 0) throw new UserError(usage);
  const { version } = manifest;
  const entry = entryOf(readFileSync(join(project, "CHANGELOG.md"), "utf8"), version);
  if (mode === "--check") {
    checkTag(process.env["GITHUB_REF_NAME"] || `v${version}`, version);
    process.stdout.write(`${version} can be released\n`);
  } else {
    const file = join(dirname(recordFile), "release-notes.md");
    writeFileSync(file, releaseNotes(entry, readRecord(recordFile), filesUrl(process.env, version)));
    process.stdout.write(`${file}\n`);
  }
} catch (error) {
  endWith(error);
}
