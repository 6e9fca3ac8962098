import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:tls";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forge } from "../../../test/faults/forge.ts";
import { goodAnswer, host, loopback6, notingNames, openStage, overTls, type Stage } from "../../../test/stage.ts";
import { advise } from "./advice.ts";
import { inspectCertificate } from "./inspect.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

it("looking at a certificate sends no request", async () => {
  let requests = 0;
  stage.play(overTls(stage.leaf, () => (requests += 1)));
  const shown = await inspectCertificate(stage.target, 5000);
  expect(shown).toMatchObject({ signer: "ours", certificate: { subject: "analyze.test" } });
  expect(requests).toBe(0);
});

describe("the signer of a certificate is", () => {
  it("our CA, at any position in a bundle", async () => {
    const other = await createAuthority({ hosts: [host], commonName: "Other CA" });
    const ca = other.certificate + stage.authority.certificate;
    stage.play(overTls(stage.leaf, goodAnswer));
    expect(await inspectCertificate({ ...stage.target, ca }, 15_000)).toMatchObject({ signer: "ours" });
  });

  it("a CA of the same name with another key, itself, or a foreign CA", async () => {
    const renewed = await createAuthority({ hosts: [host] });
    const other = await createAuthority({ hosts: [host], commonName: "Other CA" });
    const signers: unknown[] = [];
    for (const leaf of [
      await issueServerLeaf(renewed, { hosts: [host] }),
      await forge({ commonName: host }),
      await issueServerLeaf(other, { hosts: [host] }),
    ]) {
      stage.play(overTls(leaf, goodAnswer));
      signers.push((await inspectCertificate(stage.target, 15_000))?.signer);
    }
    expect(signers).toEqual(["same-name", "itself", "foreign"]);
  });

  it("foreign if no CA is given", async () => {
    stage.play(overTls(stage.leaf, goodAnswer));
    expect(await inspectCertificate({ ...stage.target, ca: undefined }, 15_000)).toMatchObject({ signer: "foreign" });
  });
});

it("the handshake sends the host name of the URL, and none if the URL has an IP address", async () => {
  const { names, options } = notingNames();
  stage.play(overTls(stage.leaf, goodAnswer, options));
  const url = new URL(stage.target.url);
  url.hostname = "127.0.0.1";
  expect(await inspectCertificate({ ...stage.target, url, address: undefined }, 15_000)).toBeDefined();
  expect(names).toEqual([]);
  expect(await inspectCertificate(stage.target, 15_000)).toBeDefined();
  expect(names).toEqual([host]);
});

it.each(loopback6)("the brackets of %s are not part of the address", async (ip) => {
  const server = createServer({ cert: stage.leaf.certificate, key: stage.leaf.key }).listen(0, ip);
  await once(server, "listening");
  const address = server.address();
  const url = new URL(`https://[${ip}]:${typeof address === "object" ? address?.port : ""}/`);
  const shown = await inspectCertificate({ ...stage.target, url, address: undefined }, 15_000);
  server.close();
  expect(shown).toMatchObject({ signer: "ours" });
});

it("shows no certificate of a port that refuses", async () => {
  await stage.shut();
  const shown = await inspectCertificate(stage.target, 15_000);
  await stage.open();
  expect(shown).toBeUndefined();
});

it("the connection is closed after the certificate was read", async () => {
  const closed = Promise.withResolvers<void>();
  const secured = overTls(stage.leaf, goodAnswer);
  stage.play((socket) => {
    socket.on("close", () => closed.resolve());
    secured(socket);
  });
  expect(await inspectCertificate(stage.target, 600_000)).toBeDefined();
  await closed.promise;
});

it("shows no certificate of a silent port, and ends within the limit", async () => {
  stage.play(() => undefined);
  expect(await inspectCertificate(stage.target, 200)).toBeUndefined();
});

it("an edge whose certificate has not changed is not blamed: the CA file here has changed", async () => {
  stage.play(overTls(stage.leaf, goodAnswer));
  const shown = await inspectCertificate(stage.target, 5000);
  const attempt = { ms: 1, phases: {} };
  const situation = { target: stage.target, requestId: "x", attempt, shown, now: Date.now() };
  const verdict = { hop: "tls-trust", err: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } as const;
  const advice = advise({ ...situation, verdict, trusted: shown?.certificate.fingerprint });
  expect(advice?.means).toMatch(/has not changed: the CA file here has/);
});

it("only one file of the client connects without verification", () => {
  const root = join(import.meta.dirname, "../..");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  );
  // In a mutation test a constant is written with its change before it: `… ? false : (…, true)`.
  const lax = files.filter((file) =>
    /rejectUnauthorized: (?!true|stry.*, true\))|checkServerIdentity/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(lax).toEqual([join("poller", "probe", "inspect.ts")]);
});
