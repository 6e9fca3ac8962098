import { once } from "node:events";
import { createServer } from "node:http";
import type { Server } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "@analyze/common/errors";
import { nameSetting, SettingsError } from "@analyze/common/settings";
import type { Registry } from "prom-client";
import type { RunConfig } from "./environment.ts";
import type { AnyServer } from "./server.ts";
import type { Service } from "./service.ts";
import { shutDown } from "./shutdown.ts";

export interface Program {
  service: Service;
  server: AnyServer;
  config: RunConfig;
  /** Stops taking new work besides requests, such as jobs of a queue: at the signal, before the listener closes. */
  onDrain?: () => Promise<void>;
  /** Releases the service's resources, after its last answer was sent. */
  release?: () => Promise<void>;
}

const hostFaults = new Set(["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EINVAL"]);

function listenFault(variable: string, port: number, host: string, cause: NodeJS.ErrnoException): string {
  return hostFaults.has(cause.code ?? "")
    ? `${nameSetting("HOST", host)} is not an address of this machine (${cause.code}); set HOST to one, or leave it out`
    : `${variable}=${port} cannot be listened on (${cause.code}); set ${variable} to another port`;
}

async function listen(server: Server, variable: string, port: number, host: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new SettingsError([listenFault(variable, port, host, cause)], { cause });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Serves `GET /metrics` and nothing else, on a separate port that no edge forwards to. */
function createMetricsServer(registry: Registry): Server {
  // Longer than scrapers pause: a connection that is about to be used must not be closed.
  const times = { keepAliveTimeout: 65_000, headersTimeout: 9_000, requestTimeout: 9_000 };
  return createServer(times, (request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("Only GET /metrics is here.\n");
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

async function stop({ service, server, config, release, ...program }: Program, signal: string): Promise<never> {
  service.logger.info({ signal, inFlight: service.traffic.inFlight }, "draining");
  const limit = wait(config.shutdownLimitMs, "limit" as const);
  const { drainDelayMs } = config;
  // A failure here must not abort the open requests.
  const onDrain = async (): Promise<void> =>
    program.onDrain?.().catch((err: unknown) => service.logger.error({ err }, "draining failed"));
  const drained = shutDown({ server, traffic: service.traffic, drainDelayMs, onDrain })
    .then(() => release?.())
    // Last, so that it also sends the spans of the steps before.
    .then(() => service.tracing?.close());
  if ((await Promise.race([drained, limit])) === "limit") {
    service.logger.error({ inFlight: service.traffic.inFlight }, "shutdown limit reached, ending with open requests");
    process.exit(1);
  }
  service.logger.info("stopped");
  process.exit(0);
}

function stopOnSignals(program: Program): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) {
        program.service.logger.warn({ signal }, "second signal, ending at once");
        process.exit(1);
      }
      stopping = true;
      void stop(program, signal);
    });
  }
}

/**
 * Listens, logs the ports in its first line, and exits on SIGTERM or SIGINT: exit code 0 if drained, 1 if forced by a
 * second signal or the limit, 2 if the configuration prevents the start.
 */
export async function run(build: () => Program | Promise<Program>): Promise<void> {
  try {
    const program = await build();
    const { config, server, service } = program;
    process.on("exit", () => service.logger.flush());
    const metrics = createMetricsServer(service.metrics.registry);
    const metricsPort = await listen(metrics, "METRICS_PORT", config.metricsPort, config.host);
    const port = await listen(server, "PORT", config.port, config.host);
    stopOnSignals(program);
    service.logger.child({}, { level: "info" }).info({ port, metricsPort }, "listening");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}
