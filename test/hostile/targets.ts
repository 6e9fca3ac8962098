import { splitAddress } from "../../deploy/minikube/reach.ts";
import type { Edge } from "../edge/ask.ts";
import type { Program } from "../support/program.ts";
import { ledgerFrom } from "./ledger.ts";
import type { HostileTarget } from "./run.ts";

/** A service on a port of this machine. */
export function serviceTarget(name: "web" | "worker", port: number, worker: Program): HostileTarget {
  return { name, host: "127.0.0.1", port, ledger: ledgerFrom(worker) };
}

/** A real nginx in front of web. */
export function nginxTarget({ address, ca }: Edge, worker: Program): HostileTarget {
  const tls = { servername: "analyze.test", ca };
  return { name: "nginx", ...splitAddress(address), tls, ledger: ledgerFrom(worker) };
}
