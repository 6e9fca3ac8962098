import { expect, it } from "vitest";
import { gatewayClass, ingressClass } from "../cluster/objects.ts";
import { defaultEdge, gatewayValues, noteOn } from "./edge.ts";
import { readOptions } from "./options.ts";

const nginx = ingressClass.parse({ metadata: { name: "nginx" }, spec: { controller: "k8s.io/ingress-nginx" } });
const traefik = ingressClass.parse({
  metadata: { name: "nginx" },
  spec: { controller: "traefik.io/ingress-controller" },
});
const classOf = (name: string, controllerName: string) =>
  gatewayClass.parse({ metadata: { name }, spec: { controllerName } });
const envoy = classOf("eg", "gateway.envoyproxy.io/gatewayclass-controller");
const other = classOf("other", "example.com/controller");

it.each([
  ["the controller alone", [nginx], [], "ingress"],
  ["the controller beside a GatewayClass", [nginx], [envoy], "ingress"],
  ["a GatewayClass alone", [], [envoy], "gateway"],
  ["another controller's class and a GatewayClass", [traefik], [other], "gateway"],
  ["another controller's class alone", [traefik], [], "nginx"],
  ["neither", [], [], "nginx"],
])("a cluster with %s gets the matching edge", (_, ingressClasses, gatewayClasses, edge) => {
  expect(defaultEdge({ ingressClasses, gatewayClasses }).edge).toBe(edge);
});

it("Envoy Gateway's class comes first, with its own values; another class gets the Gateway API alone, with retries where it has them", () => {
  expect(gatewayValues([other, envoy], true)).toEqual({
    values: ["ingress/values.envoy.yaml"],
    set: ["edge.gateway.className=eg"],
  });
  const set = ["edge.gateway.className=other"];
  expect(gatewayValues([other], false)).toEqual({ values: [], set });
  expect(gatewayValues([other], true)).toEqual({ values: [], set: [...set, "edge.gateway.retry=true"] });
});

it.each([
  [["deploy", "--edge", "nginx"], "ingress", undefined, /removes the edge ingress.*--keep ingress/],
  [["deploy", "--edge", "nginx", "--keep", "ingress"], "ingress", undefined, /^nothing$/],
  [["deploy", "--edge", "nginx"], "nginx", undefined, /^nothing$/],
  [["deploy", "--edge", "nginx"], undefined, undefined, /^nothing$/],
  [["deploy"], "ingress", undefined, /^nothing$/],
  [["undeploy", "--edge", "nginx"], "ingress", undefined, /^nothing$/],
  [["undeploy"], undefined, "the cluster has nothing else", /^nothing$/],
  [["deploy"], undefined, "the cluster has nothing else", /because the cluster has nothing else/],
])("%j on an installed %s says what happens to the edge", (args, installed, why, says) => {
  expect(noteOn(readOptions(args, {}), installed, why) ?? "nothing").toMatch(says);
});
