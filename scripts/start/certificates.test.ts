import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueServerLeaf, pathsOf } from "@analyze/certs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { renewEvery } from "./certificates.ts";

let dir: string;
let stop: AbortController;
let ended: Promise<void>;
const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "renewal-"));
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await ended;
  rmSync(dir, { recursive: true });
});

/** Fills the folder and starts; resolves with the output when it matches. */
async function shown(leafEnd: Date, pattern: RegExp, takeKey = false): Promise<string> {
  const ca = await createAuthority({ hosts: ["localhost"] });
  const leaf = await issueServerLeaf(ca, { hosts: ["localhost"], notAfter: leafEnd });
  for (const [name, pair] of [
    ["ca", ca],
    ["tls", leaf],
  ] as const) {
    writeFileSync(pathsOf(dir, name).certificate, pair.certificate);
    writeFileSync(pathsOf(dir, name).key, pair.key);
  }
  if (takeKey) rmSync(pathsOf(dir, "ca").key);
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  const write = (more: string): void => {
    text += more;
    if (pattern.test(text)) resolve(text);
  };
  ended = renewEvery(dir, 10, { write }, stop.signal);
  return promise;
}

it("renews a certificate in its last 30 days while npm start runs, and keeps its key", async () => {
  const text = await shown(inDays(20), /Renewed/);
  expect(text).toMatch(
    /tls\.crt expires on .*, in \d+ days.*\nRenewed: tls\.crt \(valid until .*\), without a restart\n/,
  );
  expect(readFileSync(pathsOf(dir, "tls").key, "utf8")).toContain("PRIVATE KEY");
});

it("reports once what needs a person, and continues", async () => {
  const text = await shown(inDays(-1), /Not renewed[^]*Not renewed/, true);
  expect(text.match(/tls\.crt expired on/g)).toHaveLength(1);
  expect(text).toMatch(/Not renewed: .*ca\.key is not there/);
});
