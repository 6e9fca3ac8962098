import { expect, it } from "vitest";
import { gatewayFindings } from "./gateway-findings.ts";
import { gatewayClass, named } from "./objects.ts";

const one = gatewayClass.parse({ metadata: { name: "envoy" } });
const gateway = named.parse({ metadata: { name: "shared", namespace: "infra" } });

it.each([
  ["a GatewayClass", { classes: [one], gateways: [] }],
  ["a Gateway of somebody else, which --set edge.gateway.name may name", { classes: [], gateways: [gateway] }],
])("%s is enough for --edge gateway", (_, parts) => {
  expect(gatewayFindings(parts)).toEqual([]);
});

it.each([
  ["the cluster has no Gateway API", undefined],
  ["the cluster has no GatewayClass and no Gateway", { classes: [], gateways: [] }],
])("%s: broken, with what to install and another edge", (saw, parts) => {
  expect(gatewayFindings(parts)).toMatchObject([
    { state: "broken", saw, next: expect.stringContaining("--edge nginx") },
  ]);
});
