import { errorCode } from "@analyze/common/errors";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { day } from "@analyze/common/time";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pathsOf, read } from "./folder.ts";
import { certificatesIn, factsOf } from "./inspect.ts";
import { issueAll, type IssueOptions } from "./issue.ts";
import { warningsOf } from "./warnings.ts";

let dir: string;
let start: Date;
const open: Server[] = [];
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "certs-"));
  // In the past, so that certificates of a later day are valid for the clients of this test.
  start = new Date(Date.now() - 30 * day);
  await issueAll({ dir, now: start });
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
  rmSync(dir, { recursive: true });
});

const overlap = { overlapMs: 14 * day };

/** Runs certs this many days after the start, and returns what it issued. */
async function onDay(days: number, options: Partial<IssueOptions> = {}): Promise<string[]> {
  const steps = await issueAll({ dir, now: new Date(start.getTime() + days * day), ...options });
  return steps.filter(({ done }) => done === "issued").map(({ name }) => name);
}

function trusted(): string {
  return readFileSync(pathsOf(dir, "ca").certificate, "utf8");
}

function fingerprints(): string[] {
  return certificatesIn(trusted()).map((certificate) => factsOf({ certificate }).fingerprint);
}

/** The status that a client with this `ca` gets from a server with the folder's current leaf. */
async function call(ca: string): Promise<number | string | undefined> {
  const { certificate: cert = "", key = "" } = read(dir, "tls") ?? {};
  const server = createServer({ cert, key }, (_, response) => response.end());
  open.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const outgoing = request({ port, host: "127.0.0.1", servername: "analyze.test", ca, agent: false }).end();
  try {
    const [response] = await once(outgoing, "response");
    response.resume();
    return response.statusCode;
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

describe("replacing the CA", () => {
  it("keeps the edge trusted by clients with the current ca.crt, or the one of the previous step", async () => {
    const seen = [trusted()];
    const key = read(dir, "tls")?.key;
    await onDay(0, { replace: overlap });
    for (const days of [0, 1, 13.9, 14, 15, 27.9, 28, 29]) {
      await onDay(days);
      if (seen.at(-1) !== trusted()) seen.push(trusted());
      expect(await Promise.all(seen.slice(-2).map(call)), `on day ${days}`).toEqual(seen.slice(-2).map(() => 200));
    }
    expect(seen.map((pem) => certificatesIn(pem).length)).toEqual([1, 2, 2, 1]);
    expect(read(dir, "tls")?.key).toBe(key);
    // A client without the new file is refused, so the calls above could have failed.
    expect(await call(seen[0] ?? "")).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|signature failure/);
  });

  it("issues with the old CA before the day of the switch, and with the new one in any run from then on", async () => {
    const [old] = fingerprints();
    await onDay(0, { replace: overlap });
    const next = fingerprints()[1];
    expect(fingerprints()).toEqual([old, next]);
    expect(await onDay(13)).toEqual([]);
    expect(await onDay(100)).toEqual(["ca", "tls"]);
    expect(fingerprints()).toEqual([next]);
    expect(readdirSync(dir)).toEqual(["ca-old.crt", "ca-old.key", "ca.crt", "ca.key", "tls.crt", "tls.key"]);
  });

  it("continues when the CA's key is lost: the leaf is served until the new CA issues one", async () => {
    const old = trusted();
    rmSync(pathsOf(dir, "ca").key);
    await expect(onDay(0, { renew: true })).rejects.toThrow(/ca\.key is not there/);
    await onDay(0, { replace: overlap });
    const both = trusted();
    expect([await call(old), await call(both)]).toEqual([200, 200]);
    expect(await onDay(14)).toEqual(["ca", "tls"]);
    expect(await call(both)).toBe(200);
  });

  it("says what clients need, and until when", async () => {
    await onDay(0, { replace: overlap });
    const on = (days: number): string => new Date(start.getTime() + days * day).toISOString().slice(0, 10);
    expect(warningsOf(dir, start)).toEqual([
      expect.stringMatching(new RegExp(`give it to every client before ${on(14)}.*From ${on(28)}`)),
    ]);
    // certs did not run on the day of the switch or later.
    const overdue = expect.stringMatching(
      new RegExp(`The switch to the new CA was due on ${on(14)}: run "npm run certs `),
    );
    for (const days of [14, 15, 30]) expect(warningsOf(dir, new Date(start.getTime() + days * day))).toEqual([overdue]);
    await onDay(14);
    expect(warningsOf(dir, new Date(start.getTime() + 30 * day))).toEqual([
      expect.stringMatching(new RegExp(`still holds the old one: run "npm run certs .*", due on ${on(28)}`)),
    ]);
    const later = new Date(start.getTime() + 15 * day);
    expect(warningsOf(dir, later)).toEqual([expect.stringContaining(`the new and the old one until ${on(28)}`)]);
    await onDay(28);
    expect(warningsOf(dir, new Date(start.getTime() + 29 * day))).toEqual([expect.stringContaining("delete")]);
  });

  it("keeps both keys until a person deletes the old one, and cannot start twice", async () => {
    const oldKey = read(dir, "ca")?.key;
    await onDay(0, { replace: overlap });
    await expect(onDay(1, { replace: overlap })).rejects.toThrow(/is being replaced already/);
    await onDay(14);
    expect(read(dir, "ca-old")?.key).toBe(oldKey);
    await onDay(28);
    await expect(onDay(29, { replace: overlap })).rejects.toThrow(/ca-old\.key .* left from another replacement/);
  });

  it("gives the new CA and the leaf other hosts, on request", async () => {
    const hosts = ["analyze.test", "analyze.example"];
    await onDay(0, { replace: overlap, hosts });
    expect(factsOf(read(dir, "tls") ?? { certificate: "" }).hosts).toContain("localhost");
    await onDay(14);
    expect(factsOf(read(dir, "tls") ?? { certificate: "" }).hosts).toEqual(hosts);
  });

  it("has no overlap after a theft, or if the old CA has expired", async () => {
    const [old] = fingerprints();
    await onDay(0, { replace: { overlapMs: 0 } });
    expect(fingerprints()).toHaveLength(1);
    expect(fingerprints()).not.toContain(old);
    for (const name of ["ca-old.crt", "ca-old.key"]) rmSync(join(dir, name));
    await expect(onDay(6 * 365)).rejects.toThrow(/expired on .*--replace-ca/);
    await onDay(6 * 365, { replace: overlap });
    expect(fingerprints()).toHaveLength(1);
  });

  it.each([
    ["before its switch", 1],
    ["after its switch", 15],
  ])("is cancelled %s by an immediate replacement, which keeps no key in use", async (_, days) => {
    const leafKey = read(dir, "tls")?.key;
    await onDay(0, { replace: overlap });
    await onDay(days);
    const before = fingerprints();
    await expect(onDay(days, { replace: overlap })).rejects.toThrow(/After a theft, ".*--replace-ca --overlap 0"/);
    expect(await onDay(days, { replace: { overlapMs: 0 } })).toEqual(["ca", "tls"]);
    expect(fingerprints()).toHaveLength(1);
    expect(before).not.toContain(fingerprints()[0]);
    expect(read(dir, "tls")?.key).not.toBe(leafKey);
    expect(await call(trusted())).toBe(200);
    expect(readdirSync(dir)).toEqual(["ca-old.crt", "ca-old.key", "ca.crt", "ca.key", "tls.crt", "tls.key"]);
    expect(await onDay(days + 1)).toEqual([]);
  });

  it.each([
    ["before its switch", 1, /has begun.*ca-replacement\.json/],
    ["after its switch", 15, /does not end.*ca-replacement\.json/],
  ])("causes a warning if its record is lost %s, and continues with new dates", async (_, days, warning) => {
    await onDay(0, { replace: overlap });
    await onDay(days);
    const before = fingerprints();
    rmSync(join(dir, "ca-replacement.json"));
    expect(await onDay(days)).toEqual([]);
    expect(warningsOf(dir)).toEqual([expect.stringMatching(warning)]);
    await onDay(days, { replace: overlap });
    expect(fingerprints()).toEqual(before);
    const [next] = days < 14 ? before.slice(1) : before;
    await onDay(days + 13.9);
    expect(fingerprints()).toEqual(before);
    for (const later of [14, 28]) await onDay(days + later);
    expect(fingerprints()).toEqual([next]);
  });

  it("switches before the expiry of a CA that expires within the overlap", async () => {
    start = new Date(factsOf({ certificate: trusted() }).notAfter.getTime() - 5 * day);
    await onDay(0, { replace: overlap });
    await onDay(3.9);
    const before = fingerprints();
    expect(before).toHaveLength(2);
    await onDay(4);
    expect(fingerprints()).toEqual(before.toReversed());
    await onDay(4.5);
    expect(fingerprints()).toEqual(before.slice(1));
  });
});
