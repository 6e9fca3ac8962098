import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import manifest from "../../package.json" with { type: "json" };
import { buildImage } from "./docker.ts";
import { imageNames } from "./images.ts";

surviveClosedPipes();

const usage = "usage: npm run images -- [--tag NAME]     (default: the version and latest)";

function tagsFrom(args: readonly string[]): string[] {
  if (args.length === 0) return [manifest.version, "latest"];
  const [option, tag, ...others] = args;
  if (option === "--tag" && tag && others.length === 0) return [tag];
  throw new UserError(usage);
}

try {
  const tags = tagsFrom(process.argv.slice(2));
  for (const name of imageNames) {
    process.stdout.write(`▸ analyze/${name}\n`);
    await buildImage(
      name,
      tags.map((tag) => `analyze/${name}:${tag}`),
      { show: true },
    );
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
