import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { readSettings } from "@analyze/common/settings";
import { suggestOptions } from "@analyze/common/suggest";
import { Command } from "commander";
import type { Collection } from "mongodb";
import { z } from "zod";
import { dataSettingsOf, dataVariables } from "../shared/data/settings.ts";
import type { StoredFields } from "../shared/data/stored.ts";

surviveClosedPipes();

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function onDocuments(command: (documents: Collection<StoredFields>) => Promise<string>): Promise<void> {
  const mongodb = dataSettingsOf(readSettings(z.object(dataVariables), process.env));
  if (!mongodb) throw new UserError("MONGODB_URL is not set: name the MongoDB of web");
  // Loaded when a command is right.
  const { withDocuments } = await import("./documents.ts");
  say(await withDocuments(mongodb, command));
}

const program = new Command("data")
  .description("Backup of the documents behind /data. MONGODB_URL says where they are.")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

program
  .command("backup")
  .description("writes all documents to a new file: gzip, one line of extended JSON each, with a checksum")
  .argument("<file>", "the file")
  .action((file: string) =>
    onDocuments(async (documents) => {
      const { backUp } = await import("./documents.ts");
      return `${file}: ${await backUp(documents, file)} documents`;
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
      return `Restored ${await restore(documents, file, options.resume ?? false)} documents.`;
    }),
  );

suggestOptions(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
