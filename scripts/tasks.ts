import { beforeAction } from "@analyze/common/usage";
import { addStoreSetting } from "./store-settings.ts";

// npm run tasks: the commands of the queue in a checkout.
beforeAction(async () => {
  const note = await addStoreSetting(process.env, "REDIS_URL");
  if (note) process.stderr.write(`${note}\n`);
});
await import("../server/src/admin/main.ts");
