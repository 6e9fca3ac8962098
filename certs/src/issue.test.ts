import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@analyze/common/errors";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createAuthority, type Credential, issueServerLeaf } from "./authority.ts";
import { type CredentialName, pathsOf, read } from "./folder.ts";
import { factsOf } from "./inspect.ts";
import { issueAll, type IssueOptions } from "./issue.ts";
import { show } from "./show.ts";
import { warningsOf } from "./warnings.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function done(options: Omit<IssueOptions, "dir"> = {}): Promise<string[]> {
  return (await issueAll({ dir, ...options })).map((step) => `${step.name} ${step.done}`);
}

function put(name: CredentialName, { certificate, key }: Credential): void {
  writeFileSync(pathsOf(dir, name).certificate, certificate);
  writeFileSync(pathsOf(dir, name).key, key);
}

function hostsOfLeaf(): string[] {
  const leaf = read(dir, "tls");
  return (leaf && factsOf(leaf).hosts) ?? [];
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

it("an empty folder gets a CA and a leaf, and a second run changes nothing", async () => {
  expect(await done()).toEqual(["ca issued", "tls issued"]);
  const before = read(dir, "tls");
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  expect(read(dir, "tls")).toEqual(before);
  expect(hostsOfLeaf()).toEqual(["analyze.test", "localhost", "127.0.0.1", "::1"]);
});

it.skipIf(process.platform === "win32")("keys are readable only by their owner", async () => {
  await done({ clients: true });
  const names = ["ca", "tls", "clients-ca", "client"] as const;
  expect(names.map((name) => statSync(pathsOf(dir, name).key).mode & 0o777)).toEqual(names.map(() => 0o600));
});

it("--renew replaces the leaf, and keeps the CA, the hosts and the key", async () => {
  await done({ hosts: ["one.test"], keyKind: "rsa4096" });
  const before = { ca: read(dir, "ca"), tls: read(dir, "tls") };
  expect(await done({ renew: true })).toEqual(["ca kept", "tls issued"]);
  expect(read(dir, "ca")).toEqual(before.ca);
  expect(read(dir, "tls")?.certificate).not.toBe(before.tls?.certificate);
  expect(read(dir, "tls")?.key).toBe(before.tls?.key);
  expect(hostsOfLeaf()).toEqual(["one.test"]);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
});

it("a leaf gets a new key with --new-key, with another --key, and if its own was removed", async () => {
  await done({ clients: true });
  const keys = [read(dir, "tls")?.key, read(dir, "client")?.key];
  const asks: Omit<IssueOptions, "dir">[] = [{ renew: true, newKey: true, clients: true }, { keyKind: "rsa4096" }, {}];
  for (const ask of asks) {
    if (Object.keys(ask).length === 0) rmSync(pathsOf(dir, "tls").key);
    expect((await done(ask)).slice(0, 2)).toEqual(["ca kept", "tls issued"]);
    keys.push(read(dir, "tls")?.key);
  }
  keys.push(read(dir, "client")?.key);
  expect(new Set(keys).size).toBe(6);
});

it("a leaf is renewed in its last 30 days, not earlier", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  put("ca", ca);
  put("tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notAfter: inDays(31.5) }));
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  put("tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notAfter: inDays(29.5) }));
  expect(await done()).toEqual(["ca kept", "tls issued"]);
});

it("a host below a permitted name gets a leaf; any other is refused, with what to do", async () => {
  await done({ hosts: ["analyze.test"] });
  expect(await done({ hosts: ["eu.analyze.test"] })).toEqual(["ca kept", "tls issued"]);
  await expect(done({ hosts: ["bank.test"] })).rejects.toThrow(
    /would refuse bank\.test\. Use another folder.*--certificates.*--replace-ca --host analyze\.test --host bank\.test/,
  );
  expect(hostsOfLeaf()).toEqual(["eu.analyze.test"]);
});

it("without the CA's key a good leaf is kept, and a renewal says where the key must be", async () => {
  await done();
  rmSync(pathsOf(dir, "ca").key);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  await expect(done({ renew: true })).rejects.toThrow(/ca\.key is not there/);
});

it("a damaged file is reported, not overwritten", async () => {
  await done();
  writeFileSync(pathsOf(dir, "tls").key, "half a k");
  await expect(done()).rejects.toThrow(/tls\.key is damaged/);
});

it.each(["https://analyze.test", "*.analyze.test", "analyze.test:443", ""])("%j is no host", async (host) => {
  await expect(done({ hosts: [host] })).rejects.toThrow(UserError);
});

it.each([
  ["bücher.test", "xn--bcher-kva.test"],
  ["ANALYZE.例え.test", "analyze.xn--r8jz45g.test"],
])("%s is refused with its form for DNS, %s", async (host, ascii) => {
  await expect(done({ hosts: [host] })).rejects.toThrow(`use its form for DNS, ${ascii}`);
});

it("show describes the files, and what is due", async () => {
  expect(() => show(dir)).toThrow(/npm run certs/);
  await done({ clients: true });
  expect(show(dir)).toMatchObject({ text: expect.stringContaining("can issue for analyze.test"), faults: [] });
  const soon = await issueServerLeaf(readPair("ca"), { hosts: ["analyze.test"], notAfter: inDays(20) });
  put("tls", soon);
  expect(show(dir).faults).toEqual([
    expect.stringContaining("issues the edge's certificate again: it ends on"),
    expect.stringMatching(/tls\.crt expires on .*, in 19 days/),
  ]);
});

function readPair(name: CredentialName): Credential {
  const { certificate = "", key = "" } = read(dir, name) ?? {};
  return { certificate, key };
}

it("a CA that expires in 3 days causes a warning; its leaf expires with it, and is not reissued in each run", async () => {
  const notAfter = new Date(Math.floor(inDays(3.5).getTime() / 1000) * 1000);
  put("ca", await createAuthority({ hosts: ["analyze.test"], notAfter }));
  expect(await done()).toEqual(["ca kept", "tls issued"]);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  expect(factsOf(readPair("tls")).notAfter).toEqual(notAfter);
  expect(warningsOf(dir)).toEqual([
    expect.stringMatching(/The CA .* expires on .*, in 3 days, .*"npm run certs -- --dir .* --replace-ca"/),
    expect.stringMatching(/tls\.crt expires on .*, in 3 days/),
  ]);
});

it("a leaf that is not valid yet is reissued; a CA that is not valid yet is refused with what to do", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  put("ca", ca);
  put("tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notBefore: inDays(2) }));
  expect(warningsOf(dir)).toEqual([
    expect.stringMatching(/tls\.crt is valid only from .*: clients refuse it until then/),
  ]);
  expect(await done()).toEqual(["ca kept", "tls issued"]);
  expect(warningsOf(dir)).toEqual([]);
  for (const name of ["tls.crt", "tls.key"]) rmSync(join(dir, name));
  put("ca", await createAuthority({ hosts: ["analyze.test"], notBefore: inDays(2) }));
  const advice = /valid only from .*Check this machine's clock\. If it is right, .*--dir .* --replace-ca --overlap 0"/;
  await expect(done()).rejects.toThrow(advice);
  expect(warningsOf(dir)).toEqual([expect.stringMatching(advice)]);
  expect(await done({ replace: { overlapMs: 0 } })).toEqual(["ca issued", "tls issued"]);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
});

it("without the CA's key, a leaf in its last 30 days stays in use with a warning, until it has expired", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  put("ca", ca);
  put("tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notAfter: inDays(9.5) }));
  rmSync(pathsOf(dir, "ca").key);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  expect(show(dir)).toMatchObject({
    text: expect.stringMatching(/last 30 days, where its CA's key is/),
    faults: [expect.stringContaining("where its CA's key is, issues the edge's certificate again"), expect.anything()],
  });
  expect(warningsOf(dir)).toEqual([expect.stringMatching(/in 9 days\. To renew it, run .* where its CA's key is/)]);
  await expect(done({ now: inDays(10) })).rejects.toThrow(/ca\.key is not there/);
});
