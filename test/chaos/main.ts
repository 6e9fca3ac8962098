// npm run test:chaos [-- FILTER]: faults in the cluster. npm run test:chaos -- queue: kills of web, worker and Redis.
await(process.argv[2] === "queue" ? import("../queue/ledger/main.ts") : import("../cluster/chaos/main.ts"));
