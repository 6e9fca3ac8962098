import { beforeAction } from "@analyze/common/usage";
import { addCheckoutSettings } from "./checkout-settings.ts";

// npm run analyze: the client's commands in a checkout.
const note = addCheckoutSettings(process.env);
beforeAction(() => {
  if (note) process.stderr.write(`${note}\n`);
});
await import("../client/src/main.ts");
