import { createAuthority, issueServerLeaf } from "@analyze/certs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goodAnswer, openStage, overTls, type Stage } from "../../../test/stage.ts";
import { attempt, type Attempt, type Message } from "./attempt.ts";

let stage: Stage;
let ca: string;
beforeAll(async () => {
  stage = await openStage();
  const authority = await createAuthority({ hosts: ["localhost"] });
  ca = authority.certificate;
  stage.play(overTls(await issueServerLeaf(authority, { hosts: ["localhost"] }), goodAnswer));
});
afterAll(async () => stage.close());

const message: Message = { method: "POST", requestId: "host-60", userAgent: "client", body: '{"text":"a"}' };

/** An attempt at the stage by a name that this machine resolves, or by another host. */
async function tried(hostname = "localhost", timeoutMs = 15_000): Promise<Attempt> {
  const url = new URL(stage.target.url);
  url.hostname = hostname;
  return attempt({ ...stage.target, url, ca, address: undefined }, message, timeoutMs);
}

describe("a connection to a name", () => {
  it("has the DNS time, and the address that answered", async () => {
    const { failure, address, phases } = await tried();
    expect(failure).toBeUndefined();
    expect(address).toBe("127.0.0.1");
    expect(Object.values(phases)).toEqual(Array.from({ length: 4 }, () => expect.any(Number)));
  });

  it("refused by a port has the DNS time, and the last address tried", async () => {
    await stage.shut();
    const { failure, address, phases } = await tried();
    await stage.open();
    expect(failure).toMatchObject({ code: "ECONNREFUSED", phase: "tcp" });
    expect(address).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(phases).toEqual({ dns: expect.any(Number) });
  });

  it("without a DNS record has no DNS time", async () => {
    const { failure, phases } = await tried("analyze.invalid");
    expect(failure).toMatchObject({ phase: "dns" });
    expect(phases).toEqual({});
  });
});

it("a connection to an address has no DNS time", async () => {
  const { failure, address, phases } = await tried("127.0.0.1");
  // The certificate is for a name.
  expect(failure).toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  expect(address).toBe("127.0.0.1");
  expect(phases.dns).toBeUndefined();
});
