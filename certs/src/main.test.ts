import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { day } from "@analyze/common/time";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startProgram, type Program } from "../../test/support/program.ts";
import { issueServerLeaf } from "./authority.ts";
import { read } from "./folder.ts";
import { issueAll } from "./issue.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function start(...args: string[]): Program {
  return startProgram(process.execPath, [main, "--dir", dir, ...args]);
}

const inContainer = "docker compose run --rm certs --dir /certs/issued";

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = start(...args);
  return { code: await program.ended, output: program.output() };
}

/** A leaf of the folder's CA that expires in this many days. */
async function shortenLeaf(days: number): Promise<void> {
  const { certificate, key = "" } = read(dir, "ca") ?? { certificate: "" };
  const notAfter = new Date(Date.now() + days * day);
  const leaf = await issueServerLeaf({ certificate, key }, { hosts: ["analyze.test"], notAfter });
  writeFileSync(join(dir, "tls.key"), leaf.key);
  writeFileSync(join(dir, "tls.crt"), leaf.certificate);
}

describe("npm run certs", () => {
  it("reports what it issued, and in a second run what it kept", async () => {
    expect(await run()).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Issued the CA .*\nIssued the edge cert/),
    });
    expect(await run()).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Kept the CA .*\nKept the edge cert/),
    });
  });

  it.each([
    [2, ["--host", "https://x"], "is not a hostname or an IP address"],
    [2, ["--host", "1.2.3"], "is not a hostname or an IP address"],
    [2, ["--overlap", "soon", "--replace-ca"], "Give a duration such as 14d, 12h or 30m"],
    [2, ["--overlap", "99999999d", "--replace-ca"], "Give a duration such as 14d, 12h or 30m"],
    [2, ["--overlap", "0"], "--overlap is for --replace-ca only"],
    [2, ["--every", "x"], "Give a duration such as 14d, 12h or 30m"],
    [2, ["--every", "0"], "Give a duration of 1s to 24d"],
    [2, ["--every", "0s"], "Give a duration of 1s to 24d"],
    [2, ["--every", "25d"], "Give a duration of 1s to 24d"],
    [2, ["--every", "1h", "--renew"], "cannot be used with option '--renew'"],
    [2, ["--show", "--renew"], "cannot be used with option '--renew'"],
    [2, ["--show", "--host", "analyze.test"], "cannot be used with option '--host"],
    [2, ["--key", "dsa"], "Allowed choices are p256, rsa4096"],
    [2, ["--renew-due"], "(Did you mean --renew?)"],
    [2, ["--dir", ""], "Give the folder of the certificates"],
    [2, ["--dir", main], "main.ts is not a folder"],
    [2, ["--dir", join(main, "below")], "is not a folder"],
    [1, ["--replace-ca"], "there is no CA"],
    [1, ["--show"], "issues one"],
  ])("ends with %i for %j, with one sentence and without a stack", async (expected, args, sentence) => {
    const { code, output } = await run(...args);
    expect([code, output.includes(sentence), /\n {4}at /.test(output)]).toEqual([expected, true, false]);
  });

  it("prints the command that runs it in a container", async () => {
    const env = { ...process.env, ANALYZE_CERTS_COMMAND: inContainer };
    const inside = async (...args: string[]): Promise<string> => {
      const program = startProgram(process.execPath, [main, "--dir", dir, ...args], { env });
      await program.ended;
      return program.output();
    };
    expect(await inside()).toContain(`"${inContainer} --show" shows them`);
    expect(await inside("--renwe")).toContain(`"${inContainer} --help" lists the options`);
    await shortenLeaf(3);
    expect(await inside("--show")).toContain(`To renew it, run "${inContainer}" where its CA's key is.`);
  });

  it("warns that a CA for a name without a dot can issue for its subdomains", async () => {
    expect(await run("--host", "com", "localhost", "127.0.0.1")).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /^"com" has no dot: a CA for it can issue for every name that ends in \.com\.\nIssued/,
      ),
    });
  });

  it("says why a leaf was replaced, and whether its key is new", async () => {
    await run();
    expect((await run("--renew")).output).toMatch(
      /tls\.crt.*with the same key\. The previous one was replaced as requested/,
    );
    expect((await run("--new-key")).output).toContain("with a new key. The previous one was replaced as requested");
    expect((await run("--replace-ca", "--overlap", "0")).output).toContain(
      "with a new key. The previous one was replaced",
    );
  });

  it("--show ends with 1 if something is due, and changes nothing", async () => {
    await issueAll({ dir });
    expect((await run("--show")).code).toBe(0);
    await shortenLeaf(20);
    const before = readFileSync(join(dir, "tls.crt"), "utf8");
    expect(await run("--show")).toMatchObject({
      code: 1,
      output: expect.stringContaining("issues the edge's certificate again"),
    });
    expect(readFileSync(join(dir, "tls.crt"), "utf8")).toBe(before);
  });

  it("--every renews due certificates while it runs, continues after a fault, and ends at SIGTERM", async () => {
    const program = start("--every", "1s");
    await program.waitFor(/Issued the edge certificate/);
    await shortenLeaf(20);
    await program.waitFor(/The previous one ends on/);
    const key = readFileSync(join(dir, "ca.key"));
    writeFileSync(join(dir, "ca.key"), "garbage");
    await program.waitFor(/certs: .*ca\.key is damaged/);
    writeFileSync(join(dir, "ca.key"), key);
    await shortenLeaf(10);
    await program.waitFor(/The previous one ends on[^]*The previous one ends on/);
    expect(await program.stop()).toBe(0);
  });

  it("--replace-ca says when clients need the new file; with --overlap 0 it replaces at once", async () => {
    await issueAll({ dir });
    expect(await run("--replace-ca")).toMatchObject({
      code: 0,
      output: expect.stringMatching(/The CA is being replaced\. .* give it to every client before \d{4}-\d\d-\d\d/),
    });
    const before = read(dir, "ca")?.key;
    expect(await run("--replace-ca", "--overlap", "0")).toMatchObject({
      code: 0,
      output: expect.stringMatching(/Issued the CA .*every client needs this ca\.crt\.\nIssued the edge certificate/),
    });
    expect(read(dir, "ca")?.key).not.toBe(before);
    expect(read(dir, "ca-old")?.key).toBe(before);
  });

  it("prints commands that work on the same folder, and quotes its name", async () => {
    const folder = join(dir, "it's here");
    const quotedFolder = `'${folder.replace("'", `'\\''`)}'`;
    const command = `npm run certs -- --dir ${quotedFolder}`;
    const certs = async (...args: string[]): Promise<string> => (await run("--dir", folder, ...args)).output;
    expect(await certs("--replace-ca", "--host", "a.test")).toContain(`"${command} --host a.test" issues one`);
    expect(await certs("--show")).toContain(`"${command}" issues one`);
    expect(await certs("--host", "a.test")).toContain(`"${command} --show" shows them`);
    const replace = `"${command} --replace-ca --host a.test --host b.test"`;
    expect(await certs("--host", "b.test")).toContain(replace);
    expect(await certs("--show")).toContain(`curl --cacert ${quotedFolder.slice(0, -1)}/ca.crt' https://a.test/`);
    expect(await certs("--replace-ca")).toContain(`"${command}" issues with the new CA`);
    expect(await certs("--replace-ca")).toContain(`"${command} --replace-ca --overlap 0" ends this replacement`);
  }, 60_000);
});
