import type { Hop } from "../../line/index.ts";

/** Whose fault a failure at a hop is, in words for who is on call. */
export const faults: Record<Hop, { whose: string; meaning: string }> = {
  dns: { whose: "name resolution", meaning: "this host cannot resolve the service's name" },
  tcp: { whose: "the network or the edge's host", meaning: "nothing accepts the connection at the edge's address" },
  tls: { whose: "the edge", meaning: "the connection opens, but the TLS handshake breaks" },
  "tls-trust": { whose: "the edge's certificate", meaning: "it is not signed by the CA that this host trusts" },
  "tls-name": { whose: "the edge's certificate", meaning: "it was issued for another name" },
  "tls-expired": {
    whose: "the edge's certificate",
    meaning: "it is outside its dates; this host's clock may be wrong",
  },
  edge: { whose: "the edge", meaning: "it answered by itself and asked no application" },
  upstream: {
    whose: "the application behind the edge",
    meaning: "the edge is up, but web cannot be reached or is too slow",
  },
  app: { whose: "the application", meaning: "web or worker answered with an error" },
  contract: { whose: "the application", meaning: "it answered 200, but not what the contract says" },
};
