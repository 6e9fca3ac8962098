import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { readSettings } from "@analyze/common/settings";
import { applyUsageRules } from "@analyze/common/usage";
import { Command, InvalidArgumentError } from "commander";
import type { Collection } from "mongodb";
import { z } from "zod";
import { dataSettingsOf, dataVariables, defaultUser, type DataSettings } from "../shared/data/settings.ts";
import type { StoredFields } from "../shared/data/stored.ts";
import { keepUser, setUserOf, untilStopped } from "../shared/keep-user.ts";

surviveClosedPipes();

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function settings(): DataSettings {
  const found = dataSettingsOf(readSettings(z.object(dataVariables), process.env));
  if (!found) throw new UserError("MONGODB_URL is not set: name the MongoDB of web");
  return found;
}

async function onDocuments(command: (documents: Collection<StoredFields>) => Promise<string>): Promise<void> {
  const mongodb = settings();
  // Loaded after the command line is valid.
  const { withDocuments } = await import("./documents.ts");
  say(await withDocuments(mongodb, command));
}

function counted(documents: number): string {
  return `${documents} ${documents === 1 ? "document" : "documents"}`;
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 to 9999.");
  return Number(text);
}

const program = new Command("data").description(
  "Backup of the documents behind /data. MONGODB_URL says where they are.",
);

program
  .command("backup")
  .description("writes all documents to a new file: gzip, one line of extended JSON each, with a checksum")
  .argument("<file>", "the file; with --keep, a folder")
  .option("--keep <n>", "name the file by the time, and remove all but the newest n of the folder", countOf)
  .action((path: string, { keep }: { keep?: number }) =>
    onDocuments(async (documents) => {
      const { backUp } = await import("./documents.ts");
      const { backupName, removeOld } = await import("./folder.ts");
      const file = keep === undefined ? path : join(path, backupName(new Date()));
      const count = await backUp(documents, file);
      // Afterwards: a failed backup removes none.
      const removed = keep === undefined ? [] : await removeOld(path, keep);
      return [`${file}: ${counted(count)}`, ...removed.map((name) => `removed ${name}`)].join("\n");
    }),
  );

program
  .command("restore")
  .description("stores the documents of a backup in an empty database")
  .argument("<file>", "the file")
  .option("--resume", "add what is missing, where there are documents already")
  .action((file: string, options: { resume?: boolean }) =>
    onDocuments(async (documents) => {
      const { restore } = await import("./documents.ts");
      return `Restored ${counted(await restore(documents, file, options.resume ?? false))}.`;
    }),
  );

program
  .command("user")
  .description(
    "makes the user of web, or gives it the password and the role; MONGODB_URL and MONGODB_PASSWORD are an administrator's",
  )
  .argument("<folder>", "holds the files `password` and, unless the name is web, `username`")
  .option("--watch", "again at each change of the folder, until SIGTERM")
  .action(async (folder: string, options: { watch?: boolean }) => {
    const { usersOf } = await import("./user.ts");
    const kept = { users: usersOf(settings()), folder, defaultName: defaultUser, say };
    await (options.watch ? keepUser({ ...kept, signal: untilStopped() }) : setUserOf(kept));
  });

applyUsageRules(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
