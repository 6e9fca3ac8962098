import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { issueServerLeaf } from "../../certs/src/index.ts";
import { run } from "../../deploy/run.ts";
import { handshake } from "../../deploy/minikube/reach.ts";
import { issue, type Issued } from "../edge/certificates.ts";
import { describeWith } from "../support/requirements.ts";
import { openTrusting, type Browser } from "./browser.ts";
import { startImpostor } from "./impostor.ts";

const home = "analyze.test";
const other = "bank.test";
let issued: Issued;
let browser: Browser;

/** Which clients that trust our CA accept a server for `host` on this port: Node, curl, Chromium. */
async function whoAccepts(host: string, port: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "trust-"));
  writeFileSync(join(folder, "ca.crt"), issued.ca);
  const node = await handshake(`127.0.0.1:${port}`, host, issued.ca);
  const url = `https://${host}:${port}/`;
  const at = ["-sS", "--cacert", join(folder, "ca.crt"), "--resolve", `${host}:${port}:127.0.0.1`];
  const curl = await run("curl", [...at, url]);
  const chromium = await browser.open(url).then(
    () => true,
    (error: Error) => {
      if (/net::ERR_CERT|chrome-error:/.test(error.message)) return false;
      throw error;
    },
  );
  const all = { node: node.verified, curl: curl.code === 0, chromium };
  return Object.entries(all).flatMap(([name, accepted]) => (accepted ? [name] : []));
}

async function whoAcceptsSigned(signer: "tls" | "ca", host: string): Promise<string[]> {
  const read = (end: string): string => readFileSync(join(issued.dir, `${signer}.${end}`), "utf8");
  const stolen = { certificate: read("crt"), key: read("key") };
  const leaf = await issueServerLeaf(stolen, { hosts: [host] });
  const impostor = await startImpostor({
    cert: leaf.certificate + (signer === "tls" ? stolen.certificate : ""),
    key: leaf.key,
  });
  try {
    return await whoAccepts(host, impostor.port);
  } finally {
    await impostor.close();
  }
}

describeWith(["chromium", "certutil", "curl"], "a client that trusts our CA", () => {
  beforeAll(async () => {
    issued = await issue();
    browser = await openTrusting(issued.ca);
  });
  afterAll(() => browser.close());

  it("accepts a leaf that it signed for our host, so the next leaves are rejected only for their names", async () => {
    expect(await whoAcceptsSigned("ca", home)).toEqual(["node", "curl", "chromium"]);
  });

  it("rejects a leaf for another host signed with the edge's key, which is in the cluster", async () => {
    expect(await whoAcceptsSigned("tls", other)).toEqual([]);
  });

  it("rejects a leaf for another host even if the CA itself signed it", async () => {
    expect(await whoAcceptsSigned("ca", other)).toEqual([]);
  });
});
