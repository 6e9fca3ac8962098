import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { day } from "@analyze/common/time";
import { describe, expect, it } from "vitest";
import { formatLine, parseLine, type Hop, type RunLine } from "../src/line/index.ts";
import { advise } from "../src/poller/probe/advice.ts";
import { newTally } from "../src/reader/read/tally.ts";
import { collect, newCollected } from "../src/reader/report/collect.ts";
import { drawPlacesText } from "../src/reader/report/places-text.ts";
import { together } from "../src/reader/report/places.ts";
import { summarize, type Report } from "../src/reader/report/summary.ts";
import { drawText } from "../src/reader/report/text.ts";
import { minute, startLine } from "./log-lines.ts";

const file = join(import.meta.dirname, "../../docs/client.md");
const begin = Date.UTC(2026, 10, 21, 6, 21);
const screen = { width: 74, colour: false, blocks: true };

function hintOf(hop: Hop, err: string): string {
  const target = { url: new URL("https://analyze.test"), ca: undefined, address: undefined, identity: undefined };
  const advice = advise({
    verdict: { hop, err },
    target: { ...target, place: "kubernetes" },
    requestId: "ec2a-1795242120",
    attempt: { ms: 3, phases: { dns: 2 }, address: "192.0.2.7" },
    shown: undefined,
    trusted: undefined,
    now: begin,
  });
  return `${advice?.means}: ${advice?.next}`;
}

function run(time: number, over: Partial<RunLine> = {}): RunLine {
  const phases = { dns: 2, tcp: 1, tls: 9, wait: 28 };
  const good = { kind: "ok", hop: "app", status: 200, ms: 43, late: 4, try: 1, cert: 364 } as const;
  const id = `ec2a-${time / 1000}`;
  return { ...good, ...phases, time, addr: "192.0.2.7", id, ...over };
}

function fail(time: number, hop: Hop, err: string, over: Partial<RunLine> = {}): RunLine {
  const none = { tcp: undefined, tls: undefined, wait: undefined, cert: undefined };
  return run(time, {
    kind: "FAIL",
    hop,
    err,
    hint: hintOf(hop, err),
    first: `${hop}:${err}`,
    try: 2,
    ...none,
    ...over,
  });
}

function logExample(): string {
  const out = "Word Count: 4 | Reverse: ?uoy era woh ,olleH";
  const refused = fail(begin + minute, "tcp", "ECONNREFUSED", { status: undefined, ms: 1012, late: 3 });
  const planned = { kind: "planned", plan: "new disks", hint: undefined, first: undefined } as const;
  return [
    formatLine(run(begin, { out })),
    formatLine(refused),
    formatLine({ kind: "gap", time: begin + 37 * minute, from: begin + 2 * minute, slots: 36, why: "restart" }),
    formatLine({ ...refused, time: begin + 38 * minute, id: "ec2a-1795244340", ...planned }),
  ].join("");
}

/** A day with an outage, a gap and maintenance in it, which ends in an outage where `isDown`. */
function reportOn(isDown: boolean): Report {
  const log = newCollected();
  const question = { since: begin, to: begin + day, now: begin + day, slo: 99.9 };
  const lineOf = (index: number): string => {
    const time = begin + index * minute;
    const isOut = (index >= 320 && index < 336) || (isDown && index >= 1432);
    if (index >= 700 && index < 738) return "";
    if (index >= 1000 && index < 1010)
      return formatLine(fail(time, "tcp", "ECONNREFUSED", { kind: "planned", plan: "new disks", status: undefined }));
    if (isOut) return formatLine(fail(time, "upstream", "HTTP-503", { status: 503, ms: 106, tcp: 1, tls: 9 }));
    if (index % 900 === 17) return formatLine(run(time, { kind: "flaky", try: 2, first: "tcp:ECONNRESET" }));
    return formatLine(run(time, { wait: 20 + ((index * 7919) % 31), ms: 35 + ((index * 7919) % 31) }));
  };
  const gap = {
    kind: "gap",
    time: begin + 737 * minute,
    from: begin + 700 * minute,
    slots: 38,
    why: "restart",
  } as const;
  const lines = [startLine(begin), ...Array.from({ length: 1440 }, (_, index) => lineOf(index)), formatLine(gap)];
  for (const line of lines.flatMap((text) => parseLine(text) ?? [])) collect(log, line, question);
  return summarize(log, newTally(), question);
}

function placesExample(): string {
  const places = [
    { name: "home", report: reportOn(true) },
    { name: "ec2", report: reportOn(false) },
  ];
  return `$ analyze report --log home=home.log --log ec2=ec2.log\n${drawPlacesText(places, together(places, 99.9), screen)}`;
}

describe("the examples of docs/client.md", () => {
  it.each([
    ["log", logExample],
    ["report", () => `$ analyze report\n${drawText(reportOn(true), screen)}`],
    ["places", placesExample],
  ])("%s is what the code makes (UPDATE_DOCS=1 writes it)", (name, example) => {
    const block = new RegExp(`(<!-- example: ${name} -->\n\n\`\`\`\n)([^]*?)(\`\`\`\n)`);
    const text = readFileSync(file, "utf8");
    const made = example().replace(/ +$/gm, "");
    if (process.env["UPDATE_DOCS"])
      writeFileSync(
        file,
        text.replace(block, (_, head, __, tail) => head + made + tail),
      );
    expect(block.exec(readFileSync(file, "utf8"))?.[2]).toBe(made);
  });
});
