import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { issueServerLeaf, type Credential } from "../../certs/src/index.ts";
import { listen } from "../load/backend.ts";
import { ask } from "./ask.ts";

const run = promisify(execFile);

/** What each program said about a server's certificate: `trusted`, or the reason that it gave. */
export interface Verdicts {
  node: string;
  curl: string;
  chromium: string;
}

/** A leaf for `host` signed with a credential that must not be able to sign, its chain included. */
export async function forge(signer: Credential, host: string): Promise<Credential> {
  const { certificate, key } = await issueServerLeaf(signer, { hosts: [host] });
  return { certificate: certificate + signer.certificate, key };
}

function reasonOf(error: unknown): string {
  const { message, stderr }: { message: string; stderr?: string } = Object(error);
  const [, inBrowser] = /net::(\w+)/.exec(message) ?? [];
  return inBrowser ?? stderr?.trim() ?? message;
}

function verdict(asked: Promise<void>): Promise<string> {
  return asked.then(() => "trusted", reasonOf);
}

async function inNode(host: string, port: number, ca: string): Promise<void> {
  await ask({ url: `https://${host}:${port}`, address: `127.0.0.1:${port}`, clearAddress: "", ca });
}

async function inCurl(host: string, port: number, home: string): Promise<void> {
  const args = ["--cacert", join(home, "ca.crt"), "--resolve", `${host}:${port}:127.0.0.1`];
  await run("curl", ["--silent", "--show-error", ...args, `https://${host}:${port}/`]);
}

async function inChromium(host: string, port: number, home: string): Promise<void> {
  const store = `sql:${join(home, ".pki/nssdb")}`;
  await run("mkdir", ["-p", join(home, ".pki/nssdb")]);
  await run("certutil", ["-d", store, "-N", "--empty-password"]);
  await run("certutil", ["-d", store, "-A", "-n", "ca", "-t", "C,,", "-i", join(home, "ca.crt")]);
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", `--host-resolver-rules=MAP ${host} 127.0.0.1`],
    env: { ...process.env, HOME: home },
  });
  try {
    const page = await browser.newPage();
    const visit = (): Promise<unknown> => page.goto(`https://${host}:${port}/`);
    // A container that starts or ends elsewhere on this machine changes its network; that says nothing of trust.
    const again = (error: Error): Promise<unknown> => {
      if (!error.message.includes("ERR_NETWORK_CHANGED")) throw error;
      return visit();
    };
    await visit().catch(again).catch(again).catch(again);
  } finally {
    await browser.close();
  }
}

/** Serves a credential on loopback and asks Node, curl and Chromium, which trust `ca` (PEM), to read a page as `host`. */
export async function verdictsOn(credential: Credential, host: string, ca: string): Promise<Verdicts> {
  const home = mkdtempSync(join(tmpdir(), "trust-"));
  writeFileSync(join(home, "ca.crt"), ca);
  const server = createServer({ cert: credential.certificate, key: credential.key }, (_, response) => {
    response.setHeader("content-type", "text/plain").end("read");
  });
  const port = await listen(server);
  try {
    const [node, curl, browser] = await Promise.all([
      verdict(inNode(host, port, ca)),
      verdict(inCurl(host, port, home)),
      verdict(inChromium(host, port, home)),
    ]);
    return { node, curl, chromium: browser };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}
