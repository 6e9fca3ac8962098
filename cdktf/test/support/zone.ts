import { expect } from "vitest";
import type { Moto } from "./moto.ts";

/** Stage prod looks up its zone, which belongs to the account, not to the stage. */
export async function makeZone(moto: Moto): Promise<void> {
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>example.org</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/route53/aws4_request",
  };
  const answer = await fetch(`${moto.url}/2013-04-01/hostedzone`, { method: "POST", body, headers });
  expect(answer.status).toBe(201);
}
