import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import {
  connectionOptions,
  knownAddress,
  lookupOptions,
  pinnedTrust,
  portOf,
  shownUrl,
  type Target,
} from "./target.ts";

function targetOf(url: string, address?: Target["address"]): Target {
  return { url: new URL(url), ca: undefined, address, identity: undefined, place: "host" };
}

describe("where a probe connects", () => {
  const v4 = { ip: "192.0.2.7", family: 4, port: undefined } as const;
  it.each([
    ["https://analyze.test/", undefined, 443, undefined],
    ["https://analyze.test:8443/", undefined, 8443, undefined],
    ["https://analyze.test:8443/", v4, 8443, "192.0.2.7"],
    ["https://analyze.test:8443/", { ...v4, port: 9443 }, 9443, "192.0.2.7"],
    ["https://192.0.2.9/", undefined, 443, "192.0.2.9"],
    ["https://[2001:db8::7]/", undefined, 443, "2001:db8::7"],
    ["https://[2001:db8::7]/", v4, 443, "192.0.2.7"],
  ] as const)("%s pinned to %o: port %i, address %s", (url, address, port, known) => {
    expect(portOf(targetOf(url, address))).toBe(port);
    expect(knownAddress(targetOf(url, address))).toBe(known);
  });

  it("is only the pinned address, in both forms that Node requests", () => {
    const { lookup } = lookupOptions(targetOf("https://analyze.test/", v4));
    const found: unknown[] = [];
    lookup?.("any.test", { all: true }, (...given) => found.push(given));
    lookup?.("any.test", {}, (...given) => found.push(given));
    expect(found).toEqual([
      [null, [{ address: "192.0.2.7", family: 4 }]],
      [null, "192.0.2.7", 4],
    ]);
    expect(lookupOptions(targetOf("https://analyze.test/"))).toEqual({});
  });
});

describe("what a connection trusts", () => {
  it("is only the given CA, or Node's own roots without one, with TLS 1.2 and strong keys", () => {
    expect(pinnedTrust("pem").ca).toBe("pem");
    expect(pinnedTrust(undefined)).toMatchObject({
      ca: [...rootCertificates],
      minVersion: "TLSv1.2",
      ciphers: expect.stringMatching(/^TLS_.*:@SECLEVEL=2$/),
    });
  });

  it("is built once per target, and always enforced", () => {
    const [one, other] = [targetOf("https://analyze.test/"), targetOf("https://analyze.test/")];
    expect(connectionOptions(one).secureContext).toBe(connectionOptions(one).secureContext);
    expect(connectionOptions(one).secureContext).not.toBe(connectionOptions(other).secureContext);
    expect(connectionOptions(one).rejectUnauthorized).toBe(true);
    const pinned = targetOf("https://analyze.test/", { ip: "192.0.2.7", family: 4, port: undefined });
    expect(connectionOptions(pinned)).toHaveProperty("lookup");
  });
});

it.each([
  ["https://analyze.test/analyze", "https://analyze.test/analyze"],
  ["https://analyze.test:8443/analyze?key=secret", "https://analyze.test:8443/analyze?…"],
])("%s is shown as %s", (url, shown) => {
  expect(shownUrl(new URL(url))).toBe(shown);
});
