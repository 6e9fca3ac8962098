import { hour } from "@analyze/common/time";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAuthority, issueClientLeaf, issueServerLeaf } from "./authority.ts";
import { issueAll } from "./issue.ts";

const hosts = ["analyze.test"];
let dir: string;

/** The files of the rows: PEM by a short name. */
const pem: Record<string, string> = {};

beforeAll(async () => {
  const [ca, other] = [await createAuthority({ hosts }), await createAuthority({ hosts })];
  const clients = await createAuthority();
  const [tls, foreign] = [await issueServerLeaf(ca, { hosts }), await issueServerLeaf(other, { hosts })];
  const client = await issueClientLeaf(clients, { commonName: "c" });
  const past = await createAuthority({ hosts, notBefore: new Date(0), notAfter: new Date(Date.now() - hour) });
  for (const [name, pair] of Object.entries({ ca, other, clients, tls, foreign, client, past })) {
    pem[`${name}.crt`] = pair.certificate;
    pem[`${name}.key`] = pair.key;
  }
  const encrypted = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" } as const;
  pem["encrypted"] = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(encrypted).toString();
  pem["garbage"] = "-----BEGIN half a fi";
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function fill(files: Record<string, string>): void {
  for (const [name, source] of Object.entries(files)) {
    if (source === "folder") mkdirSync(join(dir, name));
    else writeFileSync(join(dir, name), pem[source] ?? "");
  }
}

function contents(): Record<string, string> {
  const files = readdirSync(dir).filter((name) => statSync(join(dir, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(dir, name), "utf8")]));
}

const good = { "ca.crt": "ca.crt", "ca.key": "ca.key", "tls.crt": "tls.crt", "tls.key": "tls.key" };
const withoutKey = { "ca.crt": "ca.crt", "tls.crt": "tls.crt", "tls.key": "tls.key" };
const withClients = {
  ...good,
  "clients-ca.crt": "clients.crt",
  "clients-ca.key": "clients.key",
  "client.crt": "client.crt",
  "client.key": "client.key",
};
const leafOnly = { "tls.crt": "tls.crt", "tls.key": "tls.key" };

const refused: [state: string, files: Record<string, string>, message: RegExp][] = [
  [
    "ca.key without ca.crt",
    { "ca.key": "ca.key" },
    /ca\.key is there, but .*ca\.crt is not\. Put the certificate back/,
  ],
  [
    "ca.key without ca.crt beside a leaf",
    { ...leafOnly, "ca.key": "ca.key" },
    /ca\.crt is not\. Put the certificate back/,
  ],
  ["ca.key of another CA", { ...good, "ca.key": "other.key" }, /ca\.key is not the key of .*ca\.crt/],
  [
    "a leaf instead of the CA",
    { ...good, "ca.crt": "tls.crt", "ca.key": "tls.key" },
    /ca\.crt is not a CA's certificate/,
  ],
  [
    "a CA for clients instead of the CA",
    { "ca.crt": "clients.crt", "ca.key": "clients.key" },
    /cannot issue for servers/,
  ],
  ["a damaged ca.crt", { ...good, "ca.crt": "garbage" }, /ca\.crt is damaged/],
  ["a damaged ca.key", { ...good, "ca.key": "garbage" }, /ca\.key is damaged/],
  ["an empty ca.key", { ...good, "ca.key": "empty" }, /ca\.key is damaged/],
  ["a ca.key with a passphrase", { ...good, "ca.key": "encrypted" }, /ca\.key .*not PEM without a passphrase/],
  ["a folder named ca.crt", { "ca.crt": "folder" }, /cannot read .*ca\.crt \(EISDIR\)/],
  ["an expired CA", { "ca.crt": "past.crt", "ca.key": "past.key" }, /expired on .*--replace-ca/],
  ["a leaf without its CA", leafOnly, /tls\.crt is there, but its CA is not/],
  [
    "a leaf of another CA",
    { ...good, "tls.crt": "foreign.crt", "tls.key": "foreign.key" },
    /not issued by the CA in .* If that CA is the wrong one/,
  ],
  ["a CA instead of the leaf", { ...good, "tls.crt": "ca.crt", "tls.key": "ca.key" }, /tls\.crt is a CA's certificate/],
  ["a tls.key of another leaf", { ...good, "tls.key": "foreign.key" }, /tls\.key is not the key of .*tls\.crt/],
  ["a damaged tls.crt", { ...good, "tls.crt": "garbage" }, /tls\.crt is damaged/],
  ["a damaged tls.key", { ...good, "tls.key": "garbage" }, /tls\.key is damaged/],
  ["a leaf to issue without ca.key", { "ca.crt": "ca.crt" }, /the CA's key .*ca\.key is not there/],
];
const refusedForClients: typeof refused = [
  ["clients-ca.key without clients-ca.crt", { ...good, "clients-ca.key": "clients.key" }, /clients-ca\.crt is not/],
  [
    "clients-ca.key of another CA",
    { ...withClients, "clients-ca.key": "other.key" },
    /clients-ca\.key is not the key of/,
  ],
  [
    "the servers' CA for clients",
    { ...good, "clients-ca.crt": "ca.crt", "clients-ca.key": "ca.key" },
    /cannot issue for clients/,
  ],
  ["a leaf instead of the clients' CA", { ...good, "clients-ca.crt": "client.crt" }, /clients-ca\.crt is not a CA's/],
  ["a client.key of another pair", { ...withClients, "client.key": "tls.key" }, /client\.key is not the key of/],
  [
    "a client.crt of another CA",
    { ...withClients, "client.crt": "tls.crt", "client.key": "tls.key" },
    /not issued by the CA/,
  ],
  ["a damaged clients-ca.key", { ...withClients, "clients-ca.key": "garbage" }, /clients-ca\.key is damaged/],
];

/** The error of a run on these files; "changed" if it changed a file. */
async function refusalOf(files: Record<string, string>, options: object): Promise<unknown> {
  fill(files);
  const before = contents();
  const refusal = await issueAll({ dir, ...options }).catch((error: unknown) => error);
  return JSON.stringify(contents()) === JSON.stringify(before) ? refusal : "changed";
}

/** A UserError with that message. */
function saying(message: RegExp): unknown {
  return expect.objectContaining({ name: "UserError", exitCode: 1, message: expect.stringMatching(message) });
}

describe.each([{ renew: false }, { renew: true }])("a state that needs a person's decision, with %j", (options) => {
  it.each(refused)("%s is refused with what to do, and no file changes", async (_, files, message) => {
    expect(await refusalOf(files, options)).toEqual(saying(message));
  });

  it.each(refusedForClients)("%s is refused with --clients, and no file changes", async (_, files, message) => {
    expect(await refusalOf(files, { ...options, clients: true })).toEqual(saying(message));
  });
});

const accepted: [state: string, files: Record<string, string>, done: string, stays: string[]][] = [
  ["an empty folder", {}, "ca issued, tls issued, clients-ca issued, client issued", []],
  ["a whole set", withClients, "ca kept, tls kept, clients-ca kept, client kept", Object.keys(withClients)],
  [
    "a CA whose key is kept elsewhere",
    withoutKey,
    "ca kept, tls kept, clients-ca issued, client issued",
    ["ca.crt", "tls.crt"],
  ],
  [
    "a CA without a leaf",
    { "ca.crt": "ca.crt", "ca.key": "ca.key" },
    "ca kept, tls issued, clients-ca issued, client issued",
    ["ca.crt", "ca.key"],
  ],
  [
    "a leaf whose key was removed",
    { ...good, "tls.key": "none" },
    "ca kept, tls issued, clients-ca issued, client issued",
    ["ca.crt", "ca.key"],
  ],
  [
    "a leaf's key without its certificate",
    { "ca.crt": "ca.crt", "ca.key": "ca.key", "tls.key": "foreign.key" },
    "ca kept, tls issued, clients-ca issued, client issued",
    ["ca.key", "tls.key"],
  ],
];

describe("an accepted state", () => {
  it.each(accepted)("%s", async (_, files, done, stays) => {
    fill(Object.fromEntries(Object.entries(files).filter(([, source]) => source !== "none")));
    const before = contents();
    const steps = await issueAll({ dir, clients: true });
    expect(steps.map((step) => `${step.name} ${step.done}`).join(", ")).toBe(done);
    const after = contents();
    for (const name of stays) expect(after[name]).toBe(before[name]);
    // A second run finds a complete set.
    expect(new Set((await issueAll({ dir, clients: true })).map((step) => step.done))).toEqual(new Set(["kept"]));
  });
});
