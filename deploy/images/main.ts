import { parseArgs } from "node:util";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { clusterImages } from "@analyze/common/images";
import manifest from "../../package.json" with { type: "json" };
import { announce } from "../progress.ts";
import { defaultBase, resolveBase } from "./base.ts";
import { buildImage, project } from "./docker.ts";
import { imageNames } from "./images.ts";
import { originOf } from "./origin.ts";
import { ownPlatform, publishImages, requireBuilder } from "./publish.ts";
import { recordFile, writeRecord } from "./record.ts";
import { registryFrom } from "./registry.ts";

surviveClosedPipes();

const usage = `usage: npm run images -- [--tag NAME]     builds analyze/{${imageNames.join(",")}} for Docker here (default: the version and latest)
       npm run images -- --push REGISTRY  builds and pushes REGISTRY/{${imageNames.join(",")}}, and writes their digests to dist/images.json
  --tag NAME           (default with --push: the version)
  --platform LIST      such as linux/amd64,linux/arm64 (default: that of this machine)
  --base IMAGE         the image below (default: that of the Dockerfile)
  --cluster            with --push: only {${clusterImages.join(",")}}, for which a stage on AWS has repositories
  --record FILE        where the digests are written
  --no-cache           use nothing of earlier builds`;

function options(args: string[]) {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    return parseArgs({
      args,
      options: { tag: text, push: text, platform: text, base: text, record: text, "no-cache": flag, cluster: flag },
    }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

type Given = ReturnType<typeof options>;

async function build({ tag, platform }: Given): Promise<void> {
  const tags = tag ? [tag] : [manifest.version, "latest"];
  for (const name of imageNames) {
    process.stdout.write(`▸ analyze/${name}\n`);
    const references = tags.map((one) => `analyze/${name}:${one}`);
    await buildImage(name, references, { platform, show: true });
  }
}

async function push(registry: string, given: Given): Promise<void> {
  const { tag = manifest.version, platform = ownPlatform(), record: file = recordFile } = given;
  await requireBuilder();
  const base = await resolveBase(given.base ?? defaultBase(project));
  announce(`base: ${base.name}, ${base.digest ?? "by its tag, because its registry could not be reached"}`);
  const origin = await originOf(project);
  const common = { root: project, registry, tag, platforms: platform.split(","), base, origin };
  const names = given.cluster === true ? clusterImages : imageNames;
  const images = await publishImages(names, { ...common, noCache: given["no-cache"] === true });
  writeRecord(file, { version: manifest.version, revision: origin.args["REVISION"] ?? null, base, images });
  for (const reference of Object.values(images)) process.stdout.write(`${reference}\n`);
}

try {
  answerHelp(usage, process.argv.slice(2));
  const given = options(process.argv.slice(2));
  const { push: registry } = given;
  if (registry === undefined) await build(given);
  else await push(registryFrom(registry), given);
} catch (error) {
  endWith(error);
}
