import { closeSync, openSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { createFolder } from "@analyze/common/folder";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, errorCode, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { z } from "zod";
import { project } from "../images/docker.ts";
import { type ImageRecord, readRecord, recordFile } from "../images/record.ts";
import { failure, run } from "../run.ts";
import { accepted, sortFindings } from "./accepted.ts";
import { reasonsAgainst } from "./gate.ts";
import { reportOf } from "./report.ts";
import { scanAll } from "./scanners.ts";

surviveClosedPipes();

const usage = `usage: npm run scan -- [options]     writes docs/security-report.md
  --images        also the images of dist/images.json
  --record FILE   another record of images
  --report FILE   another report
  --gate          exit code 1 for an open finding that is critical or high, unless it is a vulnerability without a correction,
                  and for what was not scanned
  --allow-unscanned   the gate does not close for what was not scanned
An accepted finding whose date has passed means exit code 1 in any case.`;

function options(args: string[]) {
  try {
    const own = {
      images: { type: "boolean" },
      gate: { type: "boolean", default: false },
      "allow-unscanned": { type: "boolean", default: false },
      record: { type: "string", default: recordFile },
    } as const;
    const report = { type: "string", default: join(project, "docs", "security-report.md") } as const;
    return parseArgs({ args, options: { ...own, report } }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** When the base image was made: the oldest layer of an image is the base's; null: unknown. */
async function baseCreated({ base: { name, digest } }: ImageRecord): Promise<string | null> {
  const reference = digest === null ? name : `${name.split("@")[0]}@${digest}`;
  const { code, stdout } = await run("docker", [
    "buildx",
    "imagetools",
    "inspect",
    "--format",
    "{{json .Image.Created}}",
    reference,
  ]);
  const created = z.iso.datetime({ offset: true }).safeParse(code === 0 ? JSON.parse(stdout) : null);
  return created.success ? created.data : null;
}

/** Throws a UserError before the scan, which takes minutes. */
function requireWritable(file: string): void {
  try {
    createFolder(dirname(file));
    // opens it, and keeps what is in it
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw failure(`${file} cannot be written (${errorCode(error)}): name another place with --report FILE.`, error);
  }
}

try {
  answerHelp(usage, process.argv.slice(2));
  const given = options(process.argv.slice(2));
  const images = given.images === true ? readRecord(given.record) : null;
  requireWritable(given.report);
  const today = new Date().toISOString().slice(0, 10);
  const scans = await scanAll(project, images);
  const sorted = sortFindings(scans, accepted, today);
  const created = images === null ? null : await baseCreated(images);
  writeFileSync(given.report, reportOf({ today, scans, sorted, images, baseCreated: created }));
  const unscanned = scans.flatMap((scan) => (scan.scanned ? [] : [`not scanned: ${scan.what}: ${scan.why}\n`]));
  const counts = [
    `${sorted.open.length} open`,
    `${sorted.accepted.length} accepted`,
    `${unscanned.length} of ${scans.length} parts not scanned`,
  ];
  process.stdout.write(`${given.report}: ${counts.join(", ")}\n`);
  if (!given.gate || given["allow-unscanned"]) process.stdout.write(unscanned.join(""));
  const how = { today, gate: given.gate, allowUnscanned: given["allow-unscanned"] };
  const reasons = reasonsAgainst(sorted, scans, accepted, how).map((reason) => `\n  ${reason}`);
  if (reasons.length > 0) throw failure(`The scan does not pass:${reasons.join("")}`);
} catch (error) {
  endWith(error);
}
