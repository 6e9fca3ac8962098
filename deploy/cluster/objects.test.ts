import { expect, it } from "vitest";
import { absentImages } from "../images/load.ts";
import * as objects from "./objects.ts";

const metadata = { name: "x" };
const bare = { metadata, spec: { template: { spec: { containers: [{}] } } } };

const schemas = {
  named: objects.named,
  node: objects.node,
  deployment: objects.deployment,
  configMap: objects.configMap,
  service: objects.service,
  ingress: objects.ingress,
  ingressClass: objects.ingressClass,
  endpointSlice: objects.endpointSlice,
  event: objects.event,
  revision: objects.revision,
  profiles: objects.profiles,
};

/** Each answer, once with only the required fields, and once with null for some optional ones. */
const answers: [schema: keyof typeof schemas, answer: object][] = [
  ["named", { metadata }],
  ["named", { metadata: { ...metadata, labels: null, annotations: null } }],
  ["node", { metadata }],
  ["node", { metadata, spec: null, status: null }],
  ["node", { metadata, spec: {}, status: { images: [{ names: null }, {}], conditions: null, addresses: null } }],
  ["deployment", bare],
  ["deployment", { ...bare, spec: { ...bare.spec, replicas: null } }],
  ["deployment", { metadata, spec: { template: { spec: { containers: [{ image: null, args: null }] } } } }],
  ["configMap", { metadata }],
  ["configMap", { metadata, data: null }],
  ["service", { metadata, spec: {} }],
  ["service", { metadata, spec: { ports: null, clusterIP: null }, status: { loadBalancer: { ingress: null } } }],
  ["service", { metadata, spec: { ports: [{ name: null, nodePort: null }] }, status: null }],
  ["ingress", { metadata }],
  ["ingress", { metadata, spec: null, status: { loadBalancer: null } }],
  ["ingress", { metadata, spec: { tls: [{ hosts: null }], rules: [{ host: null, http: null }] } }],
  ["ingress", { metadata, spec: { rules: [{ http: { paths: null } }], tls: null, ingressClassName: null } }],
  ["ingress", { metadata, status: { loadBalancer: { ingress: [{ hostname: "a.example" }, { ip: null }] } } }],
  ["ingressClass", { metadata }],
  ["ingressClass", { metadata, spec: { controller: null } }],
  ["endpointSlice", { metadata, endpoints: null }],
  ["endpointSlice", { metadata, endpoints: [{}, { conditions: null }, { conditions: { ready: null } }] }],
  ["event", { metadata, involvedObject: {} }],
  ["event", { metadata, involvedObject: { name: null }, message: null }],
  ["revision", { revision: 1 }],
  ["revision", { revision: 1, status: null, description: null }],
  ["profiles", {}],
  ["profiles", { valid: [{ Name: "minikube", Config: null }] }],
  ["profiles", { valid: null }],
];

it.each(answers)("reads a %s without optional fields: %j", (name, answer) => {
  expect(schemas[name].safeParse(answer).error).toBeUndefined();
});

it("treats an absent readiness of an endpoint as ready, and an absent image list as empty", () => {
  const [endpoint] = objects.endpointSlice.parse({ metadata, endpoints: [{}] }).endpoints;
  expect(endpoint?.conditions.ready).toBe(true);
});

function nodeOf(images: object[] | null, change: { unschedulable?: boolean; ready?: string } = {}) {
  const conditions = [{ type: "Ready", status: change.ready ?? "True" }];
  return objects.node.parse({
    metadata,
    spec: { unschedulable: change.unschedulable },
    status: { conditions, images },
  });
}

const has = nodeOf([{ names: null }, { names: ["docker.io/analyze/web:1"] }]);
const lacks = nodeOf(null);

it.each([
  ["no node lacks it", [has, has], []],
  ["a node lacks it", [has, lacks], ["analyze/web:1"]],
  ["a cordoned node lacks it", [has, nodeOf([], { unschedulable: true })], []],
  ["a node that is not ready lacks it", [has, nodeOf([], { ready: "Unknown" })], []],
])("loads an image if a schedulable node lacks it: %s", (_, nodes, absent) => {
  expect(absentImages(nodes, ["analyze/web:1"])).toEqual(absent);
});

const surelyAbsent = (...nodes: objects.Node[]): string[] => absentImages(nodes, ["analyze/web:1"], true);

it("a full list of images, which may omit one, is no reason to load where nothing is deployed", () => {
  const full = nodeOf(Array.from({ length: 50 }, (_, at) => ({ names: [`other:${at}`] })));
  expect([surelyAbsent(full, has), surelyAbsent(full, lacks)]).toEqual([[], ["analyze/web:1"]]);
  expect(absentImages([full, has], ["analyze/web:1"])).toEqual(["analyze/web:1"]);
});
