import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { pathsOf, type Credential } from "../../certs/src/index.ts";
import { describeWith } from "../support/requirements.ts";
import { issue } from "./certificates.ts";
import { forge, verdictsOn } from "./forgery.ts";

// OpenSSL names the first reason that it meets, and that depends on its version.
const mayNotSign = /invalid CA certificate|key usage does not include certificate signing|permitted subtree violation/;

let authority: Credential;
let leaf: Credential;

describeWith(["curl", "chromium", "certutil"], "who holds the edge's key, or even the CA's", () => {
  beforeAll(async () => {
    const { dir } = await issue();
    const [ca, tls] = [pathsOf(dir, "ca"), pathsOf(dir, "tls")];
    authority = { certificate: readFileSync(ca.certificate, "utf8"), key: readFileSync(ca.key, "utf8") };
    leaf = { certificate: readFileSync(tls.certificate, "utf8"), key: readFileSync(tls.key, "utf8") };
  });

  test("is the edge: Node, curl and Chromium read its page when they trust the CA", async () => {
    const verdicts = await verdictsOn(leaf, "analyze.test", authority.certificate);
    expect(verdicts).toEqual({ node: "trusted", curl: "trusted", chromium: "trusted" });
  });

  test("cannot sign for another host with the edge's key: all three refuse", async () => {
    const forged = await forge(leaf, "bank.test");
    expect(await verdictsOn(forged, "bank.test", authority.certificate)).toEqual({
      node: expect.stringMatching(mayNotSign),
      curl: expect.stringMatching(mayNotSign),
      chromium: "ERR_CERT_INVALID",
    });
  });

  test("cannot sign for our own host with the edge's key: all three refuse", async () => {
    const forged = await forge(leaf, "analyze.test");
    expect(await verdictsOn(forged, "analyze.test", authority.certificate)).toEqual({
      node: expect.stringMatching(mayNotSign),
      curl: expect.stringMatching(mayNotSign),
      chromium: expect.stringMatching(/^ERR_CERT_/),
    });
  });

  test("cannot sign for another host with the CA's key: its name constraint forbids it to all three", async () => {
    const forged = await forge(authority, "bank.test");
    expect(await verdictsOn(forged, "bank.test", authority.certificate)).toEqual({
      node: expect.stringContaining("permitted subtree violation"),
      curl: expect.stringContaining("permitted subtree violation"),
      chromium: expect.stringMatching(/^ERR_CERT_/),
    });
  });
});
