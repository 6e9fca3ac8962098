import { createLog } from "../../server/src/shared/logger.ts";
import { createService, type Service } from "../../server/src/shared/service.ts";

/** The parts that a composition can omit, to measure their cost. */
export const omissions = [
  "the log line",
  "metrics",
  "validation",
  "deadline, retry and breaker",
  "Host check, drain count, log line and metrics",
] as const;
export type Omission = (typeof omissions)[number];

/** The omitted part of this process: the environment's WITHOUT, one of {@link omissions}, or none. */
export function readOmission(): Omission | undefined {
  return omissions.find((omission) => omission === process.env["WITHOUT"]);
}

/** The parts of a service; the omitted one is replaced by one that does nothing. */
export function composeService(name: "web" | "worker", omitted: Omission | undefined): Service {
  const service = createService(name, "info");
  if (omitted === "the log line") return { ...service, ...createLog(name, "silent") };
  if (omitted === "metrics") return { ...service, metrics: { ...service.metrics, observer: () => () => {} } };
  return service;
}
