import { access, constants, open, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { readHistory } from "../journal/history.ts";
import { lockHolder } from "../journal/lock.ts";
import { formatInstant } from "../../line/value.ts";
import { quoteValue } from "../../line/value.ts";
import { notRegular } from "../../log/family.ts";
import { calendar } from "../../log/calendar.ts";
import { commandsOf } from "../probe/place.ts";
import { certificatesOf, datedAuthorities, daysLeft, subjectOf } from "../settings/trust.ts";
import { well, type Finding } from "@analyze/common/finding";
import { shellWord } from "@analyze/common/shell";

const soonDays = 30;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function howToFix(config: Config): Promise<string> {
  const folder = dirname(config.log);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return `sudo mkdir -p ${shellWord(folder)}`;
  if (!found.isDirectory()) return `ls -ld ${shellWord(folder)}`;
  return (await notRegular(config.log)) === undefined ? howToMakeLog(config) : `ls -ld ${shellWord(config.log)}`;
}

/** The command that creates the log for the current user, if the machine has the group that reads logs; otherwise shows its permissions. */
function howToMakeLog({ place, log: file }: Config): string {
  return place === "host"
    ? `sudo install -o "$(id -un)" -g adm -m 0640 /dev/null ${shellWord(file)}`
    : `ls -ld ${shellWord(dirname(file))} ${shellWord(file)}`;
}

/** Opens the file as the client does for each line; if there is none, its folder must be writable. */
async function tryLog(file: string, there: boolean): Promise<void> {
  // The dot: a file in the place of the folder is no folder, although it can be written.
  if (!there) return access(`${dirname(file)}/.`, constants.W_OK);
  const kind = await notRegular(file);
  if (kind !== undefined) throw new Error(`${file} is ${kind}, not a regular file`);
  await (await open(file, constants.O_RDWR | constants.O_APPEND)).close();
}

async function log(config: Config): Promise<Finding> {
  const { log: file } = config;
  const there = await exists(file);
  try {
    await tryLog(file, there);
  } catch (error) {
    return {
      name: "log",
      state: "broken",
      saw: error instanceof Error ? error.message : String(error),
      means: "no line can be written; lines wait in the client's memory, up to 24 h",
      next: await howToFix(config),
    };
  }
  const { bavail, bsize } = await statfs(dirname(file));
  const mib = Math.floor((bavail * bsize) / 2 ** 20);
  const saw = `${file} ${there ? "can be written" : "will be created"}, ${mib} MiB free`;
  return well(
    "log",
    saw,
    mib < 16 ? { means: "the disk is nearly full", next: `df -h ${shellWord(dirname(file))}` } : undefined,
  );
}

async function poller(config: Config): Promise<Finding> {
  const lines = await readHistory(config.log);
  const last = lines.at(-1);
  const saw = last === undefined ? "the log has no line yet" : `last line: ${last.kind} of ${formatInstant(last.time)}`;
  const holder = await lockHolder(config.log);
  if (holder !== undefined) return well("client", `${quoteValue(holder)} writes this log; ${saw}`);
  return well("client", saw, { means: "no client is running on this log", next: commandsOf(config).client });
}

function authority(config: Config, now: number): Finding {
  const { ca, caFile } = config;
  if (ca === undefined) return well("ca", "ANALYZE_CA_FILE is not set: only Node's own roots are trusted");
  const certificates = certificatesOf(ca);
  const each = certificates.map((certificate) => {
    const fingerprint = certificate.fingerprint256.slice(0, 23);
    return `${quoteValue(subjectOf(certificate))}, sha256 ${fingerprint}, ${daysLeft(certificate, now)} days left`;
  });
  const saw = [`${caFile}:`, ...each].join(certificates.length === 1 ? " " : "\n");
  const next = commandsOf(config).authority;
  const [dated] = datedAuthorities(ca, now);
  if (dated !== undefined) return well("ca", saw, { means: dated, next });
  const soon = certificates.some((certificate) => daysLeft(certificate, now) < soonDays);
  return well("ca", saw, soon ? { means: "a CA expires soon: its issuer has to replace it", next } : undefined);
}

function schedule(config: Config, now: number): Finding {
  const due = calendar(config.schedule);
  const next = due.slotAfter(now);
  return well("schedule", `"${config.schedule}" in UTC, next slot ${formatInstant(next)}`);
}

/** Checks on this machine at `now` (epoch milliseconds), before anything is sent. */
export async function* findingsHere(config: Config, now: number): AsyncGenerator<Finding> {
  yield await log(config);
  yield await poller(config);
  yield authority(config, now);
  yield schedule(config, now);
}
