import { InvalidArgumentError, Option } from "commander";
import { ReadError } from "./read-error.ts";

const defaultLog = "/var/log/analyze.log";

function fileName(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Give the name of a file.");
}

/** The log to read; its rotated files are beside it. */
export function logOption(): Option {
  return new Option("--log <file>", "the live log; rotated files beside it are read too")
    .env("ANALYZE_LOG")
    .default(defaultLog)
    .argParser(fileName);
}

function percentage(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  throw new InvalidArgumentError("Give a percentage from 0 to 100, such as 99.9.");
}

/** The objective of a report, in percent. */
export function sloOption(): Option {
  return new Option("--slo <percent>", "percent of due slots that should be answered")
    .default(99.9)
    .argParser(percentage);
}

/** A log, and the place of its client. */
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
    .argParser((value: string, before: string[] | undefined) => [...(before ?? []), fileName(value)]);
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
  if (logs.length === 1) return logs;
  if (logs.some(({ name }) => name === ""))
    throw new ReadError("Give each log the name of its place: --log home=FILE --log ec2=FILE");
  const twice = logs.find(({ name }, index) => logs.findIndex((one) => one.name === name) < index);
  if (twice) throw new ReadError(`Two logs have the name "${twice.name}": give each place its own name`);
  return logs;
}
