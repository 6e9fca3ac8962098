import { beforeAction } from "@analyze/common/usage";
import { addStoreSetting } from "./store-settings.ts";

// npm run data: backup and restore of the documents in a checkout.
beforeAction(async () => {
  const note = await addStoreSetting(process.env, "MONGODB_URL");
  if (note) process.stderr.write(`${note}\n`);
});
await import("../server/src/data/main.ts");
