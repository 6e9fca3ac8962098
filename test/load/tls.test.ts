import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import { afterEach, expect, it } from "vitest";
import { createAuthority, issueServerLeaf, type Credential } from "../../certs/src/index.ts";
import { listen } from "./backend.ts";
import { startLoad } from "./load.ts";

const hosts = ["analyze.test"];
const exchange = { body: () => "{}", fault: (body: string) => (body === "right" ? undefined : "wrong body") };
const lanes = { exchange, keepAlive: 1, fresh: 1 };
let server: Server;

async function serve(leaf: Credential): Promise<string> {
  server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    request.resume().on("end", () => response.end("right"));
  });
  return `127.0.0.1:${await listen(server)}`;
}

function fingerprintOf({ certificate }: Credential): string {
  return new X509Certificate(certificate).fingerprint256;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it("new connections get a changed certificate at once, and none counts as wrong", async () => {
  const authority = await createAuthority({ hosts });
  const leaves = [await issueServerLeaf(authority, { hosts }), await issueServerLeaf(authority, { hosts })];
  const [before = "", after = ""] = leaves.map(fingerprintOf);
  const [first, second] = leaves;
  if (!first || !second) throw new Error("two leaves were issued");
  const address = await serve(first);
  const to = { url: "https://analyze.test/", address, ca: authority.certificate };
  const load = startLoad({ ...to, ...lanes, durationMs: 60_000, expectedCertificates: [before, after] });
  await load.next(({ lane, fingerprint }) => lane === "fresh" && fingerprint === before);
  server.setSecureContext({ cert: second.certificate, key: second.key });
  await load.next(({ lane, fingerprint }) => lane === "fresh" && fingerprint === after);
  const { lost, wrongCertificate, byCertificate, sent } = await load.stop();
  expect({ lost, wrongCertificate }).toEqual({ lost: [], wrongCertificate: [] });
  expect((byCertificate[before] ?? 0) + (byCertificate[after] ?? 0)).toBe(sent);
});

it("a certificate of another CA, for another host, or not among the expected ones counts as wrong", async () => {
  const authority = await createAuthority({ hosts });
  const stranger = await createAuthority({ hosts });
  const url = "https://analyze.test/";
  const address = await serve(await issueServerLeaf(authority, { hosts }));
  const run = async (more: object): Promise<number[]> => {
    const to = { url, address, ca: authority.certificate, ...more };
    const { ok, lost, wrongCertificate } = await startLoad({ ...to, ...lanes, count: 4 }).result;
    return [ok, lost.length, wrongCertificate.length];
  };
  expect(await run({})).toEqual([4, 0, 0]);
  expect(await run({ ca: stranger.certificate })).toEqual([0, 4, 4]);
  expect(await run({ url: "https://other.test/" })).toEqual([0, 4, 4]);
  expect(await run({ expectedCertificates: [fingerprintOf(authority)] })).toEqual([4, 0, 4]);
});
