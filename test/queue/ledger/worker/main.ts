import { createAppServer } from "../../../../server/src/shared/server.ts";
import { run } from "../../../../server/src/shared/run.ts";
import { createService } from "../../../../server/src/shared/service.ts";
import { createApp } from "../../../../server/src/worker/app.ts";
import { readConfig } from "../../../../server/src/worker/config.ts";
import { createConsumer, registerConsumerMetrics } from "../../../../server/src/worker/consumer.ts";

async function work(_: object, id: string): Promise<object> {
  const { status } = await fetch(`${process.env["WITNESS_URL"]}/${id}`, { method: "PUT" });
  if (status !== 204) throw new Error(`the witness answered ${status}`);
  return {};
}

// The real worker, except for its job: it reports the task to the witness.
await run(() => {
  const config = readConfig(process.env);
  if (!config.redis) throw new Error("REDIS_URL is not set");
  const { logger, metrics, ...service } = createService("worker", config.logLevel);
  const counts = registerConsumerMetrics(metrics.registry);
  const { redis, queueConcurrency: concurrency } = config;
  const consumer = createConsumer({ redis, concurrency, logger, metrics: counts, work });
  const whole = { ...service, logger, metrics };
  const server = createAppServer(createApp({ service: whole, consumer }), whole);
  return { config, service: whole, server, onDrain: () => consumer.drain() };
});
