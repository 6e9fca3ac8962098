import type { PeerCertificate } from "node:tls";
import { expect, it } from "vitest";
import { certificateOf } from "./certificate.ts";

const peer = {
  subject: { CN: "analyze.test" },
  issuer: { CN: "analyze CA" },
  fingerprint256: "AA:BB",
  valid_from: "Nov 21 06:21:00 2026 GMT",
  valid_to: "Nov 21 06:21:00 2027 GMT",
  subjectaltname: "DNS:analyze.test",
};

/** A peer's certificate as Node returns it; Node's types omit that parts can be missing or repeated. */
function read(over: object): ReturnType<typeof certificateOf> {
  const given: PeerCertificate = JSON.parse(JSON.stringify({ ...peer, ...over }));
  return certificateOf(given);
}

it("a certificate has its names, its fingerprint and its dates", () => {
  expect(read({})).toEqual({
    subject: "analyze.test",
    issuer: "analyze CA",
    fingerprint: "AA:BB",
    validFrom: Date.UTC(2026, 10, 21, 6, 21),
    validTo: Date.UTC(2027, 10, 21, 6, 21),
    names: "DNS:analyze.test",
  });
});

it("a certificate with several common names has the first, and one without names has none", () => {
  expect(read({ subject: { CN: ["one", "two"] }, issuer: { CN: ["three"] } })).toMatchObject({
    subject: "one",
    issuer: "three",
  });
  expect(read({ subject: {}, issuer: undefined, subjectaltname: undefined })).toMatchObject({
    subject: "",
    issuer: "",
    names: "",
  });
});

it("a peer without a certificate has none", () => {
  const none: PeerCertificate = JSON.parse("{}");
  expect(certificateOf(none)).toBeUndefined();
});
