import { answerFaults } from "./answers.ts";
import { certificateFaults } from "./certificates.ts";
import { connectionFaults } from "./connections.ts";
import type { Fault } from "./fault.ts";
import { framingFaults } from "./framing.ts";
import { identityFaults } from "./identities.ts";

/** Every fault that sockets and certificates on this machine can produce. */
export const faults: Fault[] = [
  ...connectionFaults,
  ...certificateFaults,
  ...identityFaults,
  ...framingFaults,
  ...answerFaults,
];
