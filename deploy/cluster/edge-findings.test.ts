import { resolve } from "node:path";
import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { day } from "@analyze/common/time";
import { expect, it } from "vitest";
import { certificateFinding } from "./edge-findings.ts";

const host = "analyze.test";

it.each([
  ["certs/issued", "npm run certs -- "],
  ["/srv/my certs", "npm run certs -- --dir '/srv/my certs' "],
])("names the command for the certificates in %s", async (folder, command) => {
  const certificates = resolve(folder);
  const authority = await createAuthority({ hosts: [host] });
  const next = async (days: number, forHost = host): Promise<string | undefined> => {
    const notAfter = new Date(Date.now() + days * day);
    const leaf = await issueServerLeaf(authority, { hosts: [host], notBefore: new Date(0), notAfter });
    const subject = { namespace: "analyze", host: forHost, ca: authority.certificate, certificates };
    return certificateFinding(subject, "analyze-tls", leaf.certificate).next;
  };
  expect(await next(-2)).toBe(`${command}--renew`);
  expect(await next(3)).toBe(`${command}--renew`);
  expect(await next(90, "another.test")).toBe(`${command}--show`);
  expect(await next(90)).toBeUndefined();
});
