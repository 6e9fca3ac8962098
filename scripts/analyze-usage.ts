import { beforeAction, validUsage } from "@analyze/common/usage";

// Checks a command line of the client and ends before its action, for `npm run host`: help with 0, wrong usage with 2.
beforeAction(() => process.exit(validUsage));
await import("../client/src/main.ts");
