import { answerHelp } from "@analyze/common/usage";

const usage = `usage: npm run test:chaos -- [FILTER]   faults in the cluster
       npm run test:chaos -- queue      kills of web, worker and Redis
       npm run test:chaos -- data       kills of the database`;
answerHelp(usage, process.argv.slice(2));
const [what] = process.argv.slice(2);
if (what === "queue") await import("../queue/ledger/main.ts");
else if (what === "data") await import("../data/ledger/main.ts");
else await import("../cluster/chaos/main.ts");
