import { run } from "../shared/run.ts";
import { createAppServer } from "../shared/server.ts";
import { createService } from "../shared/service.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";

await run(() => {
  const config = readConfig(process.env);
  const service = createService("worker", config.logLevel);
  return { config, service, server: createAppServer(createApp({ service }), service) };
});
