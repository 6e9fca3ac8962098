import { endWith, UserError } from "@analyze/common/errors";
import { readRecord, recordFile, writeRecord } from "../record.ts";
import { registryFrom } from "../registry.ts";
import { copyImages } from "./copy.ts";

const usage = `usage: npm run copy-images -- REGISTRY
Copies the images of dist/images.json to REGISTRY/{web,worker,client,certs}, by digest, and writes the copies' names there. Verify first.`;

try {
  const [registry, ...others] = process.argv.slice(2);
  if (registry === undefined || registry.startsWith("-") || others.length > 0) throw new UserError(usage);
  writeRecord(recordFile, await copyImages(readRecord(recordFile), registryFrom(registry)));
} catch (error) {
  endWith(error);
}
