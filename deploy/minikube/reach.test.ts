import { expect, it } from "vitest";
import { gatewayCandidates } from "./reach.ts";

const nodes = ["192.168.49.2", "192.168.49.3"];

it.each([
  [
    "a load balancer's address, then the nodes' ports",
    ["192.168.49.100"],
    [31076],
    ["192.168.49.100", "192.168.49.2:31076", "192.168.49.3:31076"],
  ],
  [
    "the nodes' ports, then port 443 of a node: with a Service of type NodePort another edge has it",
    ["192.168.49.2"],
    [31076],
    ["192.168.49.2:31076", "192.168.49.3:31076", "192.168.49.2"],
  ],
  ["a node's address, with proxies on the nodes' network", ["192.168.49.3"], [], ["192.168.49.3"]],
  [
    "the nodes' ports, where no load balancer gives an address",
    [],
    [31076],
    ["192.168.49.2:31076", "192.168.49.3:31076"],
  ],
])("a Gateway is tried at %s", (_, addresses, ports, expected) => {
  expect(gatewayCandidates(addresses, nodes, ports)).toEqual(expected);
});
