import manifest from "../../package.json" with { type: "json" };
import { run } from "../run.ts";

/** Output of git in a checkout; undefined without git or outside of a checkout. */
async function git(root: string, ...args: string[]): Promise<string | undefined> {
  const { code, stdout } = await run("git", ["-C", root, ...args]);
  return code === 0 ? stdout.trim() : undefined;
}

/** The commit of a checkout, with `-dirty` if tracked files differ from it; undefined outside of a checkout. */
async function revisionOf(root: string): Promise<string | undefined> {
  const commit = await git(root, "rev-parse", "HEAD");
  return (await git(root, "status", "--porcelain", "--untracked-files=no")) ? `${commit}-dirty` : commit;
}

/** Seconds since 1970 for the timestamps in an image: SOURCE_DATE_EPOCH if set, else the time of the commit. */
async function epochOf(root: string): Promise<string | undefined> {
  return process.env["SOURCE_DATE_EPOCH"] || (await git(root, "log", "-1", "--format=%ct"));
}

/** The repository's page, from the pipeline. A remote's URL may have a password, and differs between checkouts. */
function sourceUrl(): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env;
  return server && repository ? `${server}/${repository}` : undefined;
}

/** Origin of an image: arguments of the Dockerfile, and labels. */
export interface Origin {
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Version, commit, source, and BuildKit's timestamp for everything in an image. All depend only on the commit, not on
 * the checkout's folder.
 */
export async function originOf(root: string): Promise<Origin> {
  const [revision, epoch, source] = [await revisionOf(root), await epochOf(root), sourceUrl()];
  return {
    args: {
      VERSION: manifest.version,
      ...(revision !== undefined && { REVISION: revision }),
      ...(epoch !== undefined && { SOURCE_DATE_EPOCH: epoch }),
    },
    labels: source === undefined ? {} : { "org.opencontainers.image.source": source },
  };
}
