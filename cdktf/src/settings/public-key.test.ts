import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { ed25519Line, rsaLine } from "../../test/support/ssh-key.ts";
import { publicKeyFrom } from "./public-key.ts";

afterEach(() => vi.unstubAllEnvs());

const ed25519 = ed25519Line(32);
const keyOf = (line: string): string => line.split(" ").slice(0, 2).join(" ");

/** Writes a file into a new folder. Returns its path. */
function put(content: string | Buffer, name = "key.pub"): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** What is wrong with a key file; empty: nothing. */
function faultsOf(file: string): string {
  const faults: string[] = [];
  const key = publicKeyFrom(file, faults);
  expect(key === null).toBe(faults.length > 0);
  return faults.join("\n");
}

it.each([
  ["ed25519", ed25519],
  ["RSA with 2048 bits", rsaLine(2048)],
  ["RSA with 4096 bits, whose base64 ends with padding", rsaLine(4096)],
  ["no comment", keyOf(ed25519)],
  ["a comment with odd characters", `${keyOf(ed25519)} Ada's "key" <ä@host>, $(id)`],
  ["Windows line ends", `${ed25519}\r\n`],
  ["a byte order mark", `\u{FEFF}${ed25519}\r\n`],
  ["empty lines around it", `\n${ed25519}\n\n`],
])("takes a file with %s, without its comment", (_, content) => {
  const file = put(content);
  const faults: string[] = [];
  expect([publicKeyFrom(file, faults), faults]).toEqual([
    { publicKey: keyOf(content.trim()), privateKeyFile: file.replace(".pub", "") },
    [],
  ]);
});

it.each<[what: string, content: string | Buffer, fault: string]>([
  ["an empty file", "", "is not an OpenSSH public key"],
  ["an ed25519 key that is cut short", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGz3", "is not an OpenSSH public key"],
  ["an ed25519 key of 31 bytes", ed25519Line(31), "is cut short"],
  ["an RSA key without its padding", keyOf(rsaLine(4096)).replace(/=+$/, ""), "is cut short"],
  ["base64 after the padding", `${keyOf(rsaLine(4096))}AAAA`, "is cut short"],
  ["base64 of something else", "ssh-rsa bm8ga2V5", "is not an OpenSSH public key"],
  ["a key of another type than it says", ed25519.replace("ssh-ed25519", "ssh-rsa"), "is not an OpenSSH public key"],
  ["ECDSA, which EC2 does not take", "ecdsa-sha2-nistp256 AAAA", "is not an OpenSSH public key"],
  ["DSA", "ssh-dss AAAAB3NzaC1kc3M= me", "is not an OpenSSH public key"],
  ["a key on a FIDO token", "sk-ssh-ed25519@openssh.com AAAA me", "is not an OpenSSH public key"],
  ["two keys with Windows line ends", `${ed25519}\r\n${ed25519}\r\n`, "is not an OpenSSH public key"],
  ["options before the key, as in authorized_keys", `no-pty ${ed25519}`, "is not an OpenSSH public key"],
  ["UTF-16, as PowerShell writes it", Buffer.from(`\u{FEFF}${ed25519}`, "utf16le"), "is not an OpenSSH public key"],
  ["a public key of PuTTY", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n", "is not an OpenSSH public key"],
  ["the private half", "-----BEGIN OPENSSH PRIVATE KEY-----\ns3cret\n", "is a private key: name its public half"],
  ["RSA with 1024 bits", rsaLine(1024), "is an RSA key of 1024 bits; EC2 needs 2048 or more"],
])("rejects %s, and does not quote it", (_, content, fault) => {
  const file = put(content);
  const said = faultsOf(file);
  expect(said).toContain(`${file} ${fault}`);
  expect(said).not.toMatch(/AAAA|s3cret/);
});

it("says that a file is there but cannot be read, and not that it is missing", () => {
  const folder = temporaryFolder();
  expect(faultsOf(folder)).toBe(`${folder} cannot be read (EISDIR)`);
});

it("says how to make a key if the named file does not exist", () => {
  expect(faultsOf("/nowhere/id.pub")).toMatch(/^no public key at \/nowhere\/id\.pub: make one with `ssh-keygen/);
});

it.each([
  ["ed25519 before RSA", { "id_rsa.pub": rsaLine(2048), "id_ed25519.pub": ed25519 }, "id_ed25519", ""],
  ["RSA if there is no ed25519 key", { "id_rsa.pub": rsaLine(2048) }, "id_rsa", ""],
  [
    "no other key where the first is damaged",
    { "id_ed25519.pub": "x", "id_rsa.pub": rsaLine(2048) },
    undefined,
    "is not",
  ],
  ["nothing in a home without keys", {}, undefined, "id_ed25519.pub or"],
])("without a setting it takes %s", (_, files, name, fault) => {
  const home = temporaryFolder();
  mkdirSync(join(home, ".ssh"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, ".ssh", file), `${text}\n`);
  vi.stubEnv("HOME", home);
  const faults: string[] = [];
  expect(publicKeyFrom(undefined, faults)?.privateKeyFile).toBe(name && join(home, ".ssh", name));
  expect(faults.join()).toContain(fault);
});
