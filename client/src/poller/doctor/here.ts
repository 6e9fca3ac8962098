import { X509Certificate } from "node:crypto";
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { readHistory } from "../journal/history.ts";
import { lockHolder } from "../journal/lock.ts";
import { formatInstant } from "../../line/index.ts";
import { quoteValue } from "../../line/value.ts";
import { calendar } from "../../log/calendar.ts";
import { well, type Finding } from "@analyze/common/finding";

const day = 86_400_000;
const soonDays = 30;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function log({ log: file }: Config): Promise<Finding> {
  const there = await exists(file);
  try {
    await access(there ? file : dirname(file), constants.W_OK);
  } catch (error) {
    return {
      name: "log",
      state: "broken",
      saw: String(error),
      means: "no line can be written; lines wait in the poller's memory, up to 24 h",
      next: (await exists(dirname(file)))
        ? `sudo install -o "$(id -un)" -g adm -m 0640 /dev/null ${file}`
        : `sudo mkdir -p ${dirname(file)}`,
    };
  }
  const { bavail, bsize } = await statfs(dirname(file));
  const mib = Math.floor((bavail * bsize) / 2 ** 20);
  const saw = `${file} ${there ? "can be written" : "will be made"}, ${mib} MiB free`;
  return well("log", saw, mib < 16 ? { means: "the disk is nearly full", next: `df -h ${dirname(file)}` } : undefined);
}

async function poller(config: Config): Promise<Finding> {
  const lines = await readHistory(config.log);
  const last = lines.at(-1);
  const saw = last === undefined ? "the log has no line yet" : `last line: ${last.kind} of ${formatInstant(last.time)}`;
  const holder = await lockHolder(config.log);
  if (holder !== undefined) return well("poller", `${quoteValue(holder)} writes this log; ${saw}`);
  return well("poller", saw, { means: "no client is running on this log", next: "systemctl status analyze-client" });
}

function authority({ ca, caFile }: Config): Finding {
  if (ca === undefined) return well("ca", "ANALYZE_CA_FILE is not set: the roots that Node brings are trusted");
  const certificate = new X509Certificate(ca);
  const days = Math.floor((certificate.validToDate.getTime() - Date.now()) / day);
  const saw = `${caFile}: ${certificate.subject.replaceAll("\n", ", ")}, sha256 ${certificate.fingerprint256.slice(0, 23)}, ${days} days left`;
  const next = "npm run certs -- --show";
  if (days < 0) return { name: "ca", state: "broken", saw, means: "the CA itself has expired: issue a new one", next };
  return well("ca", saw, days < soonDays ? { means: "the CA expires soon: issue a new one", next } : undefined);
}

function schedule(config: Config): Finding {
  const due = calendar(config.schedule);
  const next = due.slotAfter(Date.now());
  return well("schedule", `"${config.schedule}" in UTC, next slot ${formatInstant(next)}`);
}

/** What can be seen on this machine, before anything is sent. */
export async function* findingsHere(config: Config): AsyncGenerator<Finding> {
  yield await log(config);
  yield await poller(config);
  yield authority(config);
  yield schedule(config);
}
