import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAuthority, issueServerLeaf } from "./authority.ts";
import { CertsError } from "./error.ts";
import { pathsOf, read, write } from "./folder.ts";
import { factsOf } from "./inspect.ts";
import { issueAll, type IssueOptions } from "./issue.ts";
import { show } from "./show.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function done(options: Omit<IssueOptions, "dir"> = {}): Promise<string[]> {
  return (await issueAll({ dir, ...options })).map((step) => `${step.name} ${step.done}`);
}

function hostsOfLeaf(): string[] {
  const leaf = read(dir, "tls");
  return (leaf && factsOf(leaf).hosts) ?? [];
}

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

test("an empty folder gets a CA and a leaf, and a second run leaves both alone", async () => {
  expect(await done()).toEqual(["ca issued", "tls issued"]);
  const before = read(dir, "tls");
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  expect(read(dir, "tls")).toEqual(before);
  expect(hostsOfLeaf()).toEqual(["analyze.test", "localhost", "127.0.0.1"]);
});

test.skipIf(process.platform === "win32")("keys are readable by their owner alone", async () => {
  await done({ clients: true });
  const names = ["ca", "tls", "clients-ca", "client"] as const;
  expect(names.map((name) => statSync(pathsOf(dir, name).key).mode & 0o777)).toEqual(names.map(() => 0o600));
});

test("--renew replaces the leaf, and keeps the CA, the hosts and the key", async () => {
  await done({ hosts: ["one.test"], keyKind: "rsa4096" });
  const before = { ca: read(dir, "ca"), tls: read(dir, "tls") };
  expect(await done({ renew: true })).toEqual(["ca kept", "tls issued"]);
  expect(read(dir, "ca")).toEqual(before.ca);
  expect(read(dir, "tls")?.certificate).not.toBe(before.tls?.certificate);
  expect(read(dir, "tls")?.key).toBe(before.tls?.key);
  expect(hostsOfLeaf()).toEqual(["one.test"]);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
});

test("a leaf gets another key when its own was removed, is of another kind, or is not the certificate's", async () => {
  await done();
  const keys = [read(dir, "tls")?.key];
  rmSync(pathsOf(dir, "tls").key);
  expect(await done()).toEqual(["ca kept", "tls issued"]);
  keys.push(read(dir, "tls")?.key);
  expect(await done({ keyKind: "rsa4096" })).toEqual(["ca kept", "tls issued"]);
  keys.push(read(dir, "tls")?.key);
  const stranger = await createAuthority({ keyKind: "rsa4096" });
  write(dir, "tls", { certificate: read(dir, "tls")?.certificate ?? "", key: stranger.key });
  expect(await done()).toEqual(["ca kept", "tls issued"]);
  expect(new Set([...keys, stranger.key, read(dir, "tls")?.key]).size).toBe(5);
});

test("a leaf in its last 30 days is renewed, one with more is not", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  write(dir, "ca", ca);
  write(dir, "tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notAfter: inDays(31.5) }));
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  write(dir, "tls", await issueServerLeaf(ca, { hosts: ["analyze.test"], notAfter: inDays(29.5) }));
  expect(await done()).toEqual(["ca kept", "tls issued"]);
});

test("a host below a permitted name gets a leaf; any other is refused, with what to do", async () => {
  await done({ hosts: ["analyze.test"] });
  expect(await done({ hosts: ["eu.analyze.test"] })).toEqual(["ca kept", "tls issued"]);
  await expect(done({ hosts: ["bank.test"] })).rejects.toThrow(/refuse bank\.test: issue into another folder/);
  expect(hostsOfLeaf()).toEqual(["eu.analyze.test"]);
});

test("without the CA's key a good leaf is kept, and a renewal says where the key has to be", async () => {
  await done();
  rmSync(pathsOf(dir, "ca").key);
  expect(await done()).toEqual(["ca kept", "tls kept"]);
  await expect(done({ renew: true })).rejects.toThrow(/ca\.key is not here/);
});

test("a CA that has no constraints issues for any host", async () => {
  write(dir, "ca", await createAuthority());
  expect(await done({ hosts: ["anything.test"] })).toEqual(["ca kept", "tls issued"]);
});

test("a damaged file is named, not overwritten", async () => {
  await done();
  writeFileSync(pathsOf(dir, "tls").key, "half a k");
  await expect(done()).rejects.toThrow(/tls\.key is damaged/);
});

test.each(["https://analyze.test", "*.analyze.test", "analyze.test:443", ""])("%j is no host", async (host) => {
  await expect(done({ hosts: [host] })).rejects.toThrow(CertsError);
});

test("show tells what is there and names what is wrong", async () => {
  expect(() => show(dir)).toThrow(/npm run certs/);
  await done({ clients: true });
  expect(show(dir)).toMatchObject({ text: expect.stringContaining("nothing else"), faults: [] });
  write(
    dir,
    "tls",
    await issueServerLeaf(await createAuthority({ hosts: ["analyze.test"] }), { hosts: ["analyze.test"] }),
  );
  expect(show(dir).faults).toEqual(["the edge's certificate is not by this CA"]);
});
