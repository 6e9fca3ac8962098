import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:https";
import { afterEach, expect, it } from "vitest";
import { createAuthority, type Credential, issueServerLeaf } from "./authority.ts";

const open: ReturnType<typeof createServer>[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** Node has no code for some of OpenSSL's errors: their text is in the message. */
function codeOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined || code === "UNSPECIFIED" ? message : code;
}

/** Calls a server with this credential as a client that trusts `ca`: the status, or the code of the TLS error. */
async function ask(shown: Credential, ca: string, servername = "analyze.test"): Promise<number | string> {
  const server = createServer({ cert: shown.certificate, key: shown.key }, (_, response) => response.end());
  open.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const answer = Promise.withResolvers<number | string>();
  request({ port: address.port, host: "127.0.0.1", servername, ca, agent: false }, (response) => {
    response.resume();
    answer.resolve(response.statusCode ?? 0);
  })
    .on("error", (error: NodeJS.ErrnoException) => answer.resolve(codeOf(error)))
    .end();
  return answer.promise;
}

it.each(["p256", "rsa4096"] as const)("Node trusts a leaf with a %s key of the given CA", async (keyKind) => {
  const ca = await createAuthority({ hosts: ["analyze.test"], keyKind });
  const leaf = await issueServerLeaf(ca, { hosts: ["analyze.test"], keyKind });
  expect(await ask(leaf, ca.certificate)).toBe(200);
});

it("a leaf for another name, signed with the constrained CA's key, is refused", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  const leaf = await issueServerLeaf(ca, { hosts: ["bank.test"] });
  expect(await ask(leaf, ca.certificate, "bank.test")).toBe("permitted subtree violation");
});

it("a leaf for an address is refused if the CA is for a hostname", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  const leaf = await issueServerLeaf(ca, { hosts: ["analyze.test", "10.0.0.1", "::1"] });
  expect(await ask(leaf, ca.certificate)).toBe("excluded subtree violation");
});

it("a leaf for a hostname or another address is refused if the CA is for an address", async () => {
  const ca = await createAuthority({ hosts: ["127.0.0.1"] });
  const named = await issueServerLeaf(ca, { hosts: ["analyze.test"] });
  const elsewhere = await issueServerLeaf(ca, { hosts: ["127.0.0.2"] });
  expect(await ask(named, ca.certificate)).toBe("permitted subtree violation");
  expect(await ask(elsewhere, ca.certificate, "")).toBe("permitted subtree violation");
  const otherVersion = await issueServerLeaf(ca, { hosts: ["2001:db8::9"] });
  expect(await ask(otherVersion, ca.certificate, "")).toMatch(/subtree violation/);
  expect(await ask(await issueServerLeaf(ca, { hosts: ["127.0.0.1"] }), ca.certificate, "")).toBe(200);
});

it("a leaf forged with the edge's stolen key is refused, even for the edge's own name", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  const edge = await issueServerLeaf(ca, { hosts: ["analyze.test"] });
  const forged = await issueServerLeaf(edge, { hosts: ["analyze.test"] });
  const chained = { certificate: forged.certificate + edge.certificate, key: forged.key };
  expect(await ask(chained, ca.certificate)).toBe("key usage does not include certificate signing");
});

it("a leaf that is expired, not valid yet, or of another CA is refused with its own code", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"] });
  const hosts = ["analyze.test"];
  const past = await issueServerLeaf(ca, { hosts, notBefore: new Date(0), notAfter: new Date(1000) });
  const future = await issueServerLeaf(ca, { hosts, notBefore: new Date(Date.now() + 3_600_000) });
  const other = await createAuthority({ hosts });
  expect(await ask(past, ca.certificate)).toBe("CERT_HAS_EXPIRED");
  expect(await ask(future, ca.certificate)).toBe("CERT_NOT_YET_VALID");
  expect(await ask(await issueServerLeaf(other, { hosts }), ca.certificate)).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
});

it("limits a certificate issued in the year 9999 to the end of that year", async () => {
  const ca = await createAuthority({ hosts: ["analyze.test"], now: new Date("9999-06-01T00:00:00Z") });
  expect(new Date(new X509Certificate(ca.certificate).validTo)).toEqual(new Date("9999-12-31T23:59:59Z"));
});

it("a leaf never outlives its CA", async () => {
  const notAfter = new Date(Date.now() + 86_400_000);
  notAfter.setMilliseconds(0);
  const ca = await createAuthority({ hosts: ["analyze.test"], notAfter });
  const leaf = await issueServerLeaf(ca, { hosts: ["analyze.test"] });
  expect(new Date(new X509Certificate(leaf.certificate).validTo)).toEqual(notAfter);
});
