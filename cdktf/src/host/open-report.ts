import { UserError } from "@analyze/common/errors";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { shellWord } from "@analyze/common/shell";
import { run } from "../../../deploy/run.ts";
import { makeStateFolder } from "../state/place.ts";
import { captureOnHost } from "./commands.ts";

/** Prints the page, or the client's message if there is none. The client may replace an empty file. */
function lineFor(args: readonly string[]): string {
  const report = ["analyze report", ...args.map(shellWord), '--html "$page"'].join(" ");
  return `page=$(mktemp) && said=$(mktemp) && ${report} >"$said" 2>&1; code=$?; if [ -s "$page" ]; then cat "$page"; else cat "$said"; fi; rm -f "$page" "$said"; exit $code`;
}

/** The program that opens a file in the browser, and its arguments before the file. */
function opener(): [program: string, ...args: string[]] {
  const { BROWSER } = process.env;
  if (BROWSER) return [BROWSER];
  if (process.platform === "darwin") return ["open"];
  return process.platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
}

/**
 * Fetches the report of the host's client as a page to state/, and opens it in the browser of this machine.
 * @throws UserError where the page is there and no browser could be started.
 */
export async function openReport(args: readonly string[]): Promise<void> {
  const { code, text, stage } = await captureOnHost(lineFor(args));
  const page = text.indexOf("<!doctype html>");
  if (page === -1) {
    process.stderr.write(text);
    process.exitCode = code || 1;
    return;
  }
  await makeStateFolder();
  const file = resolve(`state/report-${stage}.html`);
  await writeFile(file, text.slice(page));
  process.stdout.write(`The report is in ${file}\n`);
  const [program, ...before] = opener();
  const opened = await run(program, [...before, file]);
  if (opened.code !== 0)
    throw new UserError(`No browser could be started (${program}): open that file in a browser.`, { exitCode: 1 });
}
