import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../server/src/contract/limits.ts";
import { startServicePair, type ServicePair } from "../support/services.ts";
import { describeWith } from "../support/requirements.ts";
import { issue } from "./certificates.ts";
import { postOfferingHttp2 } from "./http2.ts";
import { startNginx, type Nginx } from "./nginx.ts";

let services: ServicePair;
let nginx: Nginx;

// ingress-nginx offers HTTP/2 by default: this is the behaviour of its nginx
describeWith(["nginx"], "nginx with HTTP/2", () => {
  beforeAll(async () => {
    services = await startServicePair();
    nginx = await startNginx({ webPorts: [services.web.port], certificates: (await issue()).dir, http2: true });
  });
  afterAll(async () => {
    await nginx.stop();
    await services.stop();
  });

  it.each([
    ["an example", 5, 200],
    ["the largest body", limits.bodyBytes - 20, 422],
    ["1.2 MB", 1_200_000, 413],
    ["5 MB", 5_000_000, 413],
  ])("answers %s over HTTP/2 without an earlier reset of the stream", async (_, letters, status) => {
    const body = JSON.stringify({ text: "a".repeat(letters) });
    expect(await postOfferingHttp2(nginx.edge, "/analyze", body)).toEqual(["h2", status]);
  });
});
