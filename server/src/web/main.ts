import { run } from "../shared/run.ts";
import { createAppServer } from "../shared/server.ts";
import { createService } from "../shared/service.ts";
import { followTls, loadTls } from "../shared/tls.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { Breaker } from "./upstream/breaker.ts";
import { createWorkerClient, createWorkerPool } from "./upstream/worker-client.ts";

await run(() => {
  const config = readConfig(process.env);
  const service = createService("web", config.logLevel, config.tls !== undefined);
  const pool = createWorkerPool(config.workerOrigin);
  const breaker = new Breaker({
    threshold: 5,
    openMs: 1_000,
    onChange: (state) => service.logger.warn({ state }, "breaker"),
  });
  const app = createApp({ service, config, worker: createWorkerClient({ dispatcher: pool, breaker }) });
  const server = createAppServer(app, service, config.tls && loadTls(config.tls).options);
  if (config.tls && "setSecureContext" in server) followTls(server, config.tls, service.logger, () => {});
  return { config, service, server, release: () => pool.close() };
});
