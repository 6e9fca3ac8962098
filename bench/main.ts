import { answerHelp } from "@analyze/common/usage";
import { fail } from "./report.ts";

const usage = `usage: npm run bench -- [OPTIONS]         two hops beside other frameworks
       npm run bench -- queue [OPTIONS]   the queue beside Celery
       npm run bench -- data [OPTIONS]    documents beside Flask and PyMongo
bench/README.md has the options.`;
answerHelp(usage, process.argv.slice(2));

// A signal runs no exit handlers, and would leave servers behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

try {
  const { bench } = await (process.argv[2] === "queue"
    ? import("./queue/bench.ts")
    : process.argv[2] === "data"
      ? import("./data/bench.ts")
      : import("./hops.ts"));
  await bench();
} catch (error) {
  fail(error);
}
