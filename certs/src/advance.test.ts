import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { day } from "@analyze/common/time";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pathsOf, readText } from "./folder.ts";
import { certificatesIn } from "./inspect.ts";
import { issueAll, type IssueOptions } from "./issue.ts";
import { advance, begin } from "./replace.ts";

let dir: string;
const start = new Date(Date.UTC(2026, 10, 21, 9, 22));
const overlap = { overlapMs: 14 * day };

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
  await issueAll({ dir, now: start });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs certs this many days after the start. */
async function onDay(days: number, options: Partial<IssueOptions> = {}): Promise<void> {
  await issueAll({ dir, now: new Date(start.getTime() + days * day), ...options });
}

function certificates(): string[] {
  return certificatesIn(readText(dir, "ca.crt") ?? "");
}

/** Whether a step is due a millisecond before an instant, and at it. */
function isDue(instant: number): boolean[] {
  return [instant - 1, instant].map((now) => advance(dir, new Date(now)) !== undefined);
}

describe("the due step of a replacement", () => {
  it("is none without a replacement", () => expect(advance(dir, new Date(8_640_000_000_000_000))).toBeUndefined());

  it("is the switch from its instant on, and then the end from its own", async () => {
    await onDay(0, { replace: overlap });
    const [switchOn, endOn] = [start.getTime() + 14 * day, start.getTime() + 28 * day];
    expect(isDue(switchOn)).toEqual([false, true]);
    const [old, next] = certificates();
    const switchOver = await advance(dir, new Date(switchOn))?.({ dir, now: start });
    expect(certificatesIn(switchOver?.files["ca.crt"] ?? "")).toEqual([next, old]);
    expect(switchOver?.remove).toEqual(["ca-next.crt", "ca-next.key"]);
    await onDay(14);
    expect(isDue(endOn)).toEqual([false, true]);
    const end = await advance(dir, new Date(endOn))?.({ dir, now: start });
    expect(end).toEqual({ files: { "ca.crt": next }, remove: ["ca-replacement.json"] });
  });

  it("is at the same instant in each zone that a person writes into the record", async () => {
    await onDay(0, { replace: overlap });
    const record = { switchOn: "2026-11-20T23:30:00+05:30", endOn: "2026-12-20T00:00:00-08:00" };
    writeFileSync(join(dir, "ca-replacement.json"), JSON.stringify(record, undefined, 2));
    expect(isDue(Date.UTC(2026, 10, 20, 18))).toEqual([false, true]);
  });

  it.each([
    "",
    "{}",
    '{"switchOn": "2026-11-20", "endOn": "tomorrow"}',
    '{"switchOn": 1, "endOn": 2}',
    "\0".repeat(10),
  ])("cannot be known from the record %j", (record) => {
    writeFileSync(join(dir, "ca-replacement.json"), record);
    expect(() => advance(dir, start)).toThrow(UserError);
    expect(() => advance(dir, start)).toThrow(/ca-replacement\.json is damaged: restore it/);
  });

  it("needs the new CA's key, and names its file", async () => {
    await onDay(0, { replace: overlap });
    rmSync(pathsOf(dir, "ca-next").key);
    await expect(onDay(14)).rejects.toThrow(/ca-next\.key is needed to continue the CA's replacement: put it back$/);
  });

  it("begins with a CA", async () => {
    rmSync(dir, { recursive: true });
    const beginning = begin({ dir, now: start, hosts: ["a.test"] }, overlap);
    await expect(beginning).rejects.toThrow(
      /there is no CA in .* to replace: "npm run certs .*--host a\.test" issues one$/,
    );
  });
});
