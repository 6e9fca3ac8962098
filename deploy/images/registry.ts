import { UserError } from "@analyze/common/errors";

const host = String.raw`([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d+)?`;

/**
 * `HOST[:PORT][/PATH]` as images are pushed to, in lower case, as registries require: a repository's owner on GitHub may have capitals.
 * Throws a UserError, which does not quote the text: a login in a URL would be printed. Pure.
 */
export function registryFrom(text: string): string {
  const registry = text.toLowerCase().replace(/\/$/, "");
  if (!new RegExp(`^${host}(/[a-z0-9._/-]+)?$`).test(registry))
    throw new UserError(
      "The registry must be HOST or HOST/PATH, such as ghcr.io/owner/analyze: without https:// and without a user and a password. Log in with `docker login`.",
    );
  return registry;
}

/**
 * The host of a registry or of its URL. Throws a UserError, which does not quote the text, if there is a login in it. Pure.
 */
export function hostOf(text: string): string {
  const found =
    text
      .toLowerCase()
      .replace(/^https?:\/\//, "")
      .split("/")[0] ?? "";
  if (!new RegExp(`^${host}$`).test(found))
    throw new UserError(
      "The registry must be HOST or HOST:PORT, without a user and a password in it. Name the user with --user.",
    );
  return found;
}
