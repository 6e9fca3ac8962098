import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StartConfig } from "./config.ts";
import type { PartOptions } from "./part.ts";
import type { Trust } from "./certificates.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const local = { HOST: "127.0.0.1" };

type PartName = "worker" | "web" | "client" | "page";
export type Parts = Record<PartName, PartOptions>;

/** The programs with their settings. The client uses the edge's name and a pinned address, as on EC2. */
export function describeParts({ ports, logFile, schedule, watch }: StartConfig, trust: Trust): Parts {
  const part = (name: PartName, entry: string, env: Record<string, string>): PartOptions => ({
    name,
    entry: join(root, entry),
    env,
    log: join("logs", `${name}.log`),
    watch,
    // Its output is the log's lines, in colour on a terminal.
    shown: name === "client",
  });
  return {
    worker: part("worker", "server/src/worker/main.ts", {
      ...local,
      PORT: String(ports.START_WORKER_PORT),
      METRICS_PORT: String(ports.START_WORKER_METRICS_PORT),
    }),
    web: part("web", "server/src/web/main.ts", {
      ...local,
      PORT: String(ports.START_PORT),
      METRICS_PORT: String(ports.START_METRICS_PORT),
      WORKER_URL: `http://127.0.0.1:${ports.START_WORKER_PORT}`,
      TLS_CERT_FILE: trust.certificate,
      TLS_KEY_FILE: trust.key,
    }),
    client: part("client", "client/src/main.ts", {
      ANALYZE_URL: `https://${trust.host}:${ports.START_PORT}`,
      ANALYZE_ADDRESS: "127.0.0.1",
      ANALYZE_CA_FILE: trust.ca,
      ANALYZE_PLACE: "start",
      ANALYZE_LOG: logFile,
      ...(schedule !== undefined && { ANALYZE_SCHEDULE: schedule }),
    }),
    page: {
      ...part("page", "client/src/main.ts", { ANALYZE_PLACE: "start", ANALYZE_LOG: logFile }),
      args: ["serve", "--port", String(ports.START_PAGE_PORT)],
    },
  };
}
