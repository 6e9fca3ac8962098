import { run } from "../shared/run.ts";
import { createAppServer } from "../shared/server.ts";
import { createService, type Service } from "../shared/service.ts";
import { traceService } from "../shared/tracing.ts";
import { createApp } from "./app.ts";
import { readConfig, type WorkerConfig } from "./config.ts";

/** BullMQ and ioredis are loaded only if they are used. */
async function startConsumer({ redis, queueConcurrency }: WorkerConfig, { logger, metrics, tracing }: Service) {
  if (!redis) return undefined;
  const { createConsumer, registerConsumerMetrics } = await import("./consumer.ts");
  const counts = registerConsumerMetrics(metrics.registry);
  return createConsumer({ redis, concurrency: queueConcurrency, logger, metrics: counts, tracer: tracing });
}

await run(async () => {
  const config = readConfig(process.env);
  const service = createService("worker", config.logLevel);
  await traceService(service, config.tracing);
  const consumer = await startConsumer(config, service);
  const server = createAppServer(createApp({ service, consumer }), service);
  return { config, service, server, onDrain: async () => consumer?.drain() };
});
