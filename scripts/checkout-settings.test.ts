import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const good = `ANALYZE_URL="https://localhost:8443"
ANALYZE_ADDRESS="127.0.0.1"
ANALYZE_CA_FILE="/nowhere/ca.crt"
ANALYZE_PLACE="start"
ANALYZE_LOG="/nowhere/left.log"
`;
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "checkout-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** The output of `report`, which names the missing log that it looked for. */
function report(env: Record<string, string>, file?: string): string {
  if (file !== undefined) {
    mkdirSync(join(dir, "logs"));
    writeFileSync(join(dir, "logs/analyze.env"), file);
  }
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ANALYZE_")));
  return spawnSync(process.execPath, [join(import.meta.dirname, "analyze.ts"), "report"], {
    cwd: dir,
    env: { ...own, ...env },
    encoding: "utf8",
  }).stderr;
}

const used = "Settings: logs/analyze.env, as npm start left them";
const leftOut = "Settings: not those of logs/analyze.env, since";

it.each<[string, Record<string, string>, note: string, log: string]>([
  ["no variable", {}, used, "/nowhere/left.log"],
  ["an empty variable", { ANALYZE_LOG: "" }, used, "/nowhere/left.log"],
  ["a threshold", { ANALYZE_DOWN_AFTER: "2" }, `${used}, and ANALYZE_DOWN_AFTER from the env`, "/nowhere/left.log"],
  ["another log", { ANALYZE_LOG: "/nowhere/x.log" }, `${used}, and ANALYZE_LOG from the env`, "/nowhere/x.log"],
  [
    "another edge",
    { ANALYZE_URL: "https://a.test", ANALYZE_LOG: "/nowhere/x.log" },
    `${leftOut} ANALYZE_URL is set`,
    "/nowhere/x.log",
  ],
])("with %s, it says which settings of npm start it uses, and reads that log", (_, env, note, log) => {
  const printed = report(env, good);
  expect(printed.startsWith(note)).toBe(true);
  expect(printed).toContain(`There is no log at ${log}.`);
});

it.each([
  [
    "of bytes",
    "\u0000\u0007garbage",
    "ANALYZE_URL, ANALYZE_ADDRESS, ANALYZE_CA_FILE, ANALYZE_PLACE, ANALYZE_LOG are missing",
  ],
  ["that ends early", good.slice(0, good.indexOf("ANALYZE_LOG")), "ANALYZE_LOG is missing"],
])("a file %s is damaged, and its settings are not used", (_, file, fault) => {
  expect(report({}, file)).toContain(`${leftOut} it is damaged (${fault}). npm start writes it again\n`);
});

it("in a fresh clone the next step is npm start", () => {
  expect(report({})).toMatch(/^Settings: none yet\. Run npm start: it leaves them for this command\n/);
});
