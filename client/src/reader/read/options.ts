import { Option } from "commander";
import { ReadError } from "./read-error.ts";

const defaultLog = "/var/log/analyze.log";

/** Which log a reading command reads; its rotated files are found beside it. */
export function logOption(): Option {
  return new Option("--log <file>", "the live log; rotated files beside it are read too")
    .env("ANALYZE_LOG")
    .default(defaultLog);
}

/** A log, and the place from which its client probes. */
export interface NamedLog {
  name: string;
  path: string;
}

/** One log, or several of the same service, each with the name of its place. */
export function logsOption(): Option {
  return new Option(
    "--log <[name=]file>",
    `the live log; rotated files beside it are read too. Several, as home=FILE and ec2=FILE: one per place (default: ${defaultLog})`,
  )
    .env("ANALYZE_LOG")
    .argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
}

/**
 * The logs that {@link logsOption} was given; the name of a single one may be empty.
 * @throws ReadError where several lack a name, or share one.
 */
export function namedLogs(given: string[] = [defaultLog]): NamedLog[] {
  const logs = given.map((text) => {
    const [, name = "", path = text] = /^([A-Za-z0-9_-]+)=(.+)$/.exec(text) ?? [];
    return { name, path };
  });
  const names = new Set(logs.map(({ name }) => name));
  if (logs.length > 1 && (names.has("") || names.size < logs.length))
    throw new ReadError("Give each log the name of its place: --log home=FILE --log ec2=FILE");
  return logs;
}
