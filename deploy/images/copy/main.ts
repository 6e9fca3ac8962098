import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { clusterImages } from "@analyze/common/images";
import { onlyCluster, readRecord, recordFile, writeRecord } from "../record.ts";
import { registryFrom } from "../registry.ts";
import { copyImages } from "./copy.ts";

surviveClosedPipes();

const usage = `usage: npm run copy-images -- REGISTRY [--cluster]
Copies the images of dist/images.json to REGISTRY/{web,worker,client,certs}, by digest, and writes the copies' names there. Verify first.
--cluster: only {${clusterImages.join(",")}}, for which a stage on AWS has repositories.`;

try {
  answerHelp(usage, process.argv.slice(2));
  const [registry, option, ...others] = process.argv.slice(2);
  if (
    registry === undefined ||
    registry.startsWith("-") ||
    ![undefined, "--cluster"].includes(option) ||
    others.length > 0
  )
    throw new UserError(usage);
  const record = readRecord(recordFile);
  writeRecord(
    recordFile,
    await copyImages(option === undefined ? record : onlyCluster(record), registryFrom(registry)),
  );
} catch (error) {
  endWith(error);
}
