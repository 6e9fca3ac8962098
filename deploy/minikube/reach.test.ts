import { expect, it } from "vitest";
import { gatewayCandidates, requireAddress } from "./reach.ts";

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

it.each(["analyze.test", "192.0.2.1:70000", "nonsense:x", "192.0.2.1:0"])("%s is no address of an edge", (address) => {
  expect(() => requireAddress(address)).toThrow(`--address is "${address}": it must be an IP address, or one with`);
});

it.each([undefined, "192.0.2.1", "192.0.2.1:30443", "::1", "[::1]:8443"])("%s may be the edge's address", (address) => {
  expect(() => requireAddress(address)).not.toThrow();
});
