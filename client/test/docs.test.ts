import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatLine } from "../src/line/format.ts";
import { drawPlacesText } from "../src/reader/report/places-text.ts";
import { together } from "../src/reader/report/places.ts";
import { drawText } from "../src/reader/report/text.ts";
import { begin, fail, reportOn, run } from "./example-day.ts";
import { minute } from "./log-lines.ts";

const file = join(import.meta.dirname, "../../docs/client.md");
const screen = { width: 74, colour: false, blocks: true };

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

/** The report without its tables. */
function reportExample(): string {
  const parts = drawText(reportOn(true), screen).split("\n\n");
  return `$ analyze report\n${parts.slice(0, 3).join("\n\n")}\n\n…\n`;
}

function placesExample(): string {
  const places = [
    { name: "home", report: reportOn(true) },
    { name: "ec2", report: reportOn(false) },
  ];
  const [head] = drawPlacesText(places, together(places, 99.9), screen).split("\n\n");
  return `$ analyze report --log home=home.log --log ec2=ec2.log\n${head}\n`;
}

describe("the examples of docs/client.md", () => {
  it.each([
    ["log", logExample],
    ["report", reportExample],
    ["places", placesExample],
  ])("%s matches the code's output (UPDATE_DOCS=1 writes it)", (name, example) => {
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
