import { createService } from "../../../server/src/shared/service.ts";
import { createConsumer } from "../../../server/src/worker/consumer.ts";

// A worker whose job never ends: to be killed.
createConsumer({
  redis: { url: process.env["REDIS_URL"] ?? "", password: undefined },
  concurrency: 1,
  logger: createService("worker", "silent").logger,
  metrics: { done: () => undefined, failed: () => undefined, stalled: () => undefined },
  work: (_, id) => {
    process.stdout.write(`started ${id}\n`);
    return new Promise(() => undefined);
  },
});
