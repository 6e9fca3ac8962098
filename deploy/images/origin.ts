import { UserError } from "@analyze/common/errors";
import manifest from "../../package.json" with { type: "json" };
import { run } from "../run.ts";

/** Whether the folder is the top of a checkout. An unpacked archive may be within a checkout of something else. */
export async function isCheckout(root: string): Promise<boolean> {
  return (await git(root, "rev-parse", "--show-prefix")) === "" && (await git(root, "rev-parse", "HEAD")) !== undefined;
}

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

/** Seconds since 1970, for the timestamps in an image if SOURCE_DATE_EPOCH is not set. */
function commitTime(root: string): Promise<string | undefined> {
  return git(root, "-c", "log.showSignature=false", "log", "-1", "--format=%ct");
}

function givenTime({ SOURCE_DATE_EPOCH: given }: NodeJS.ProcessEnv = process.env): string | undefined {
  if (given && !/^\d{1,12}$/.test(given))
    throw new UserError(
      "SOURCE_DATE_EPOCH must be whole seconds since 1970, such as 1764115200; unset it for the commit's time.",
    );
  return given || undefined;
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
 * the checkout's folder. Rejects with a UserError if SOURCE_DATE_EPOCH is no time.
 */
export async function originOf(root: string): Promise<Origin> {
  const known = await isCheckout(root);
  const revision = known ? await revisionOf(root) : undefined;
  const epoch = givenTime() ?? (known ? await commitTime(root) : undefined);
  const source = sourceUrl();
  return {
    args: {
      VERSION: manifest.version,
      ...(revision !== undefined && { REVISION: revision }),
      ...(epoch !== undefined && { SOURCE_DATE_EPOCH: epoch }),
    },
    labels: source === undefined ? {} : { "org.opencontainers.image.source": source },
  };
}
