import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const nginx = fileURLToPath(new URL("../../nginx/", import.meta.url));

interface Line {
  readonly text: string;
  readonly number: number;
  /** Open blocks at the start of the line. */
  readonly depth: number;
  /** The line continues the directive of the previous line. */
  readonly continues: boolean;
}

function linesOf(text: string): Line[] {
  let depth = 0;
  let open = false;
  return text.split("\n").flatMap((raw, index) => {
    const line = raw.trim();
    if (line === "") return [];
    if (line === "}") depth -= 1;
    const found = { text: raw, number: index + 1, depth, continues: open };
    if (!line.startsWith("#")) {
      open = !/[;{}]$/.test(line);
      if (line.endsWith("{")) depth += 1;
    }
    return [found];
  });
}

/** Remains of a search-and-replace or incomplete edit that nginx still accepts: each as "line: what is wrong". */
function remainsIn(text: string): string[] {
  const seen = new Map<string, number>();
  return linesOf(text).flatMap(({ text: raw, number, depth, continues }) => {
    const line = raw.trim();
    const faults: string[] = [];
    if (!continues && raw.length - raw.trimStart().length !== 4 * depth) faults.push("not indented as its block");
    if (/^# ?[a-z_]+ .*[;{]$/.test(line)) faults.push("a directive behind a comment sign");
    // An inner block inherits the outer one's directives: a repetition has at best no effect.
    const outer = seen.get(line);
    if (/^error_page .*;$/.test(line) && outer !== undefined && outer < depth) faults.push("repeats an outer block");
    if (outer === undefined || outer > depth) seen.set(line, depth);
    return faults.map((fault) => `${number}: ${fault}`);
  });
}

describe("remains of a search-and-replace", () => {
  it.each(globSync("**/*.conf", { cwd: nginx }))("%s has none", (file) => {
    expect(remainsIn(readFileSync(nginx + file, "utf8"))).toEqual([]);
  });

  it("are detected: a comment whose words were replaced by directives", () => {
    const text = `error_page  502 =503 /edge-problem;
location = /edge-problem {
    internal;
    # error_page  400 404 /edge-problem;
error_page  502 =503 /edge-problem;
    return 200 '{"status":$status}';
}`;
    expect(remainsIn(text)).toEqual([
      "4: a directive behind a comment sign",
      "5: not indented as its block",
      "5: repeats an outer block",
    ]);
  });

  it("are not detected in comments that are sentences, and in directives of several lines", () => {
    const text = `# error_page keeps the status; 200 here only carries the text.
log_format line '{'
  '"status":$status'
  '}';
http {
    include parts/log.conf;
}`;
    expect(remainsIn(text)).toEqual([]);
  });
});
