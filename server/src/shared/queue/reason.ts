import { errorCode } from "@analyze/common/errors";

/** The error's code, or the first word of Redis' own error such as WRONGPASS: messages can quote addresses and commands. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = errorCode(error);
  if (code !== undefined) return code;
  const [, reply] = /^([A-Z]{2,20}) /.exec(error.message) ?? [];
  if (reply !== undefined) return reply;
  // ioredis, of a command that it did not send.
  if (/enableOfflineQueue/.test(error.message)) return "not connected";
  return /timed? ?out/i.test(error.message) ? "timeout" : error.name;
}
