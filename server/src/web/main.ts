import { run, type Program } from "../shared/run.ts";
import { createAppServer } from "../shared/server.ts";
import { createService } from "../shared/service.ts";
import { followTls, loadTls } from "../shared/tls.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { registerWebMetrics } from "./metrics.ts";
import { Breaker } from "./upstream/breaker.ts";
import { createWorkerClient, createWorkerPool } from "./upstream/worker-client.ts";

function build(): Program {
  const config = readConfig(process.env);
  const material = config.tls && loadTls(config.tls);
  const service = createService("web", config.logLevel, material !== undefined);
  const { logger } = service;
  const dispatcher = createWorkerPool(config.workerOrigin);
  const onChange = (state: string): void => logger.warn({ state }, "breaker");
  const breaker = new Breaker({ threshold: 5, openMs: 1_000, onChange });
  const metrics = registerWebMetrics(service.metrics.registry, dispatcher, breaker);
  const worker = createWorkerClient({ dispatcher, breaker, onFailure: metrics.countFailure });
  const server = createAppServer(createApp({ service, config, worker }), service, material?.options);
  if (config.tls && material && "setSecureContext" in server) {
    metrics.showCertificate(material.notAfter);
    const onRenewal = (renewed: typeof material): void => metrics.showCertificate(renewed.notAfter);
    followTls({ server, files: config.tls, material, logger, onRenewal });
  }
  return { config, service, server, release: () => dispatcher.close() };
}

await run(build);
