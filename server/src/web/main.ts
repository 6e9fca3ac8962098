import { run, type Program } from "../shared/run.ts";
import { createAppServer } from "../shared/server.ts";
import { createService, type Service } from "../shared/service.ts";
import { followTls, loadTls } from "../shared/tls.ts";
import { traceService } from "../shared/tracing.ts";
import { createApp } from "./app.ts";
import { readConfig, type WebConfig } from "./config.ts";
import { registerDataMetrics } from "./data/metrics.ts";
import { Quota } from "./data/quota.ts";
import { registerWebMetrics } from "./metrics.ts";
import { anybody, knownCallers, type Callers } from "./tasks/callers.ts";
import { registerQueueMetrics } from "./tasks/metrics.ts";
import { followTokens } from "./tasks/tokens.ts";
import { Breaker } from "./upstream/breaker.ts";
import { createWorkerClient, createWorkerPool } from "./upstream/worker-client.ts";

/** BullMQ and ioredis are loaded only if they are used. */
async function openQueue({ redis, queueMaxDepth }: WebConfig, { logger, metrics }: Service) {
  if (!redis) return undefined;
  const { createTaskQueue } = await import("./queue.ts");
  const queue = createTaskQueue({ redis, maxDepth: queueMaxDepth, logger });
  registerQueueMetrics(metrics.registry, queue);
  // So that the first request finds it connected. If Redis is down, web starts anyway.
  await queue.connected(500);
  return queue;
}

function callersOf({ tokensFile, certificateHeader, callerRate }: WebConfig, { logger }: Service): Callers {
  if (tokensFile === undefined && certificateHeader === undefined) return anybody;
  const tokens = tokensFile === undefined ? undefined : followTokens(tokensFile, logger);
  return knownCallers({ tokens, certificateHeader, perSecond: callerRate });
}

/** The driver of MongoDB is loaded only where it is used. */
async function openDocuments({ mongodb, dataQuota }: WebConfig, { logger, metrics }: Service) {
  if (!mongodb) return undefined;
  const { createDocumentStore } = await import("./documents.ts");
  const store = createDocumentStore({ mongodb, logger });
  registerDataMetrics(metrics.registry, store);
  await store.connected(500);
  return { store, quota: new Quota(store, dataQuota) };
}

async function build(): Promise<Program> {
  const config = readConfig(process.env);
  const material = config.tls && loadTls(config.tls);
  const service = createService("web", config.logLevel, material !== undefined);
  const { logger } = service;
  await traceService(service, config.tracing);
  const dispatcher = createWorkerPool(config.workerOrigin);
  const onChange = (state: string): void => logger.warn({ state }, "breaker");
  const breaker = new Breaker({ threshold: 5, openMs: 1_000, onChange });
  const metrics = registerWebMetrics(service.metrics.registry, dispatcher, breaker);
  const worker = createWorkerClient({ dispatcher, breaker, onFailure: metrics.countFailure, tracer: service.tracing });
  const [queue, documents] = await Promise.all([openQueue(config, service), openDocuments(config, service)]);
  const callers = callersOf(config, service);
  const server = createAppServer(
    createApp({ service, config, worker, queue, documents, callers }),
    service,
    material?.options,
  );
  if (config.tls && material && "setSecureContext" in server) {
    metrics.showCertificate(material.notAfter);
    const onRenewal = (renewed: typeof material): void => metrics.showCertificate(renewed.notAfter);
    followTls({ server, files: config.tls, material, logger, onRenewal });
  }
  const onDrain = async (): Promise<void> => queue?.waiters.wakeAll();
  const release = async (): Promise<void> => {
    await Promise.all([dispatcher.close(), queue?.close(), documents?.store.close()]);
  };
  return { config, service, server, onDrain, release };
}

await run(build);
