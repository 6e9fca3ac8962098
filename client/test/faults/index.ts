import { answerFaults } from "./answers.ts";
import { connectionFaults } from "./connections.ts";
import type { Fault } from "./fault.ts";

/** Every fault that real sockets and certificates on this machine can show. */
export const faults: Fault[] = [...connectionFaults, ...answerFaults];
