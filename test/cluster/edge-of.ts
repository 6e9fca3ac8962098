import { splitAddress } from "../../ingress/deploy/reach.ts";
import type { Edge } from "../edge/ask.ts";
import type { World } from "./world.ts";

/** The deployed edge in the words of the black-box suites of test/edge. */
export function edgeOf({ host, address, ca }: World): Edge {
  const { host: ip, port } = splitAddress(address);
  return { url: `https://${host}`, address: `${ip}:${port}`, clearAddress: `${ip}:80`, ca };
}
