import { expect, it } from "vitest";
import { envoyGateway, gatewayFindings } from "./gateway-findings.ts";
import { gatewayClass, named } from "./objects.ts";

const one = gatewayClass.parse({ metadata: { name: "envoy" }, spec: { controllerName: envoyGateway } });
const other = gatewayClass.parse({ metadata: { name: "other" }, spec: { controllerName: "example.org/other" } });
const gateway = named.parse({ metadata: { name: "shared", namespace: "infra" } });

it.each([
  ["Envoy Gateway's class", { classes: [other, one], gateways: [] }, []],
  ["another class", { classes: [other], gateways: [] }, ["a=b,edge.gateway.controller.namespace=infra"]],
  ["a Gateway that is there", { classes: [], gateways: [gateway] }, ["edge.gateway.controller.namespace=infra"]],
])("%s is enough for --edge gateway", (_, parts, set) => {
  expect(gatewayFindings(parts, set)).toEqual([]);
});

it("without Envoy Gateway and the namespace of the data plane, a warning names the value for it", () => {
  const [finding] = gatewayFindings({ classes: [other], gateways: [] }, []);
  expect(finding).toMatchObject({
    state: "warning",
    next: expect.stringContaining("edge.gateway.controller.namespace"),
  });
});

it.each([
  ["the cluster has no Gateway API", undefined],
  ["the cluster has no GatewayClass and no Gateway", { classes: [], gateways: [] }],
])("%s: broken, with what to install and another edge", (saw, parts) => {
  expect(gatewayFindings(parts, [])).toMatchObject([
    { state: "broken", saw, next: expect.stringContaining("--edge nginx") },
  ]);
});
