import { createLog } from "../../server/src/shared/logger.ts";
import { createService, type Service } from "../../server/src/shared/service.ts";

/** What a composition can leave out, to see what it costs. */
export const omissions = [
  "the log line",
  "metrics",
  "validation",
  "deadline, retry and breaker",
  "Host check, drain count, log line and metrics",
] as const;
export type Omission = (typeof omissions)[number];

/** What this process leaves out: the environment's WITHOUT, one of {@link omissions}, or nothing. */
export function readOmission(): Omission | undefined {
  return omissions.find((omission) => omission === process.env["WITHOUT"]);
}

/** The parts of a service, with what is left out replaced by something that does nothing. */
export function composeService(name: "web" | "worker", omitted: Omission | undefined): Service {
  const service = createService(name, "info");
  if (omitted === "the log line") return { ...service, ...createLog(name, "silent") };
  if (omitted === "metrics") return { ...service, metrics: { ...service.metrics, observer: () => () => {} } };
  return service;
}
