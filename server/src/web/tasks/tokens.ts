import { errorCode } from "@analyze/common/errors";
import { readFileSync, watchFile } from "node:fs";
import { SettingsError } from "@analyze/common/settings";
import type { Logger } from "../../shared/logger.ts";

/** Known tokens: SHA-256 hashes with the caller's name. */
export interface Tokens {
  /** The name of the caller whose token has this hash, in hexadecimal. */
  nameOf(sha256: string): string | undefined;
}

const line = /^([A-Za-z0-9_-]{1,64}) +([\da-f]{64})$/i;

/** How often the file is polled: inotify does not see the symlink swap of a Kubernetes Secret. */
const pollMs = 1_000;

function parse(text: string): Map<string, string> {
  const lines = text.split("\n").map((raw) => raw.trim());
  const faults: string[] = [];
  const known = new Map<string, string>();
  for (const [index, entry] of lines.entries()) {
    if (entry === "" || entry.startsWith("#")) continue;
    const [, name, hash] = line.exec(entry) ?? [];
    // The line is not quoted, because it may contain the token.
    if (!name || !hash)
      faults.push(`API_TOKENS_FILE line ${index + 1} must be: NAME SHA-256 of the token in hexadecimal`);
    else if ((known.get(hash.toLowerCase()) ?? name) !== name)
      faults.push(`API_TOKENS_FILE line ${index + 1} has the token of another name: give each caller its own`);
    else known.set(hash.toLowerCase(), name);
  }
  if (known.size === 0 && faults.length === 0) faults.push("API_TOKENS_FILE has no token: add a line NAME SHA256");
  if (faults.length > 0) throw new SettingsError(faults);
  return known;
}

function load(path: string): Map<string, string> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const code = errorCode(cause) ?? "unknown error";
    throw new SettingsError([`API_TOKENS_FILE cannot be read (${code}): name a file that this user can read`], {
      cause,
    });
  }
  return parse(text);
}

/**
 * Reads the file of tokens, one `NAME SHA256` per line, and follows its changes without a restart; a file that becomes
 * invalid changes nothing. Throws SettingsError, which quotes no line.
 */
export function followTokens(path: string, logger: Logger): Tokens {
  let known = load(path);
  watchFile(path, { interval: pollMs, persistent: false }, () => {
    try {
      known = load(path);
      logger.info({ tokens: known.size }, "tokens read again");
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      logger.warn({ reason: error.message }, "tokens not read, the old ones stay valid");
    }
  });
  return { nameOf: (sha256) => known.get(sha256) };
}
