import { UserError } from "@analyze/common/errors";

/**
 * `OWNER/NAME`, or `OWNER@ID/NAME@ID` as GitHub's tokens name a repository with immutable subject claims. Throws a UserError for
 * anything else: a `*` in it would trust repositories of others.
 */
export function repositoryFrom(text: string): string {
  if (/^[\w.-]+(?:@\d+)?\/[\w.-]+(?:@\d+)?$/.test(text)) return text;
  throw new UserError(
    `--repository ${JSON.stringify(text)}: must be OWNER/NAME, or OWNER@ID/NAME@ID where the repository uses immutable subject claims`,
  );
}
