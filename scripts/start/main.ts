import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { applyUsageRules } from "@analyze/common/usage";
import { Command } from "commander";
import { readConfig } from "./config.ts";
import { run } from "./run.ts";

const help = `
Settings (environment), each a port on 127.0.0.1:
  START_PORT                  web, with TLS (8443)
  START_WORKER_PORT           worker (8081)
  START_METRICS_PORT          web's metrics (9090)
  START_WORKER_METRICS_PORT   worker's metrics (9091)
  START_PAGE_PORT             the live page of the client's log (8444)
ANALYZE_LOG is the client's log (./analyze.log). README.md lists the other settings of the three programs.`;

surviveClosedPipes();

const stop = new AbortController();
const kill = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => (stop.signal.aborted ? kill : stop).abort());
}

try {
  const command = new Command("npm start --")
    .description("Runs worker, web and client on this machine, and shows each line of the client's log.")
    .option("--every <period>", "period of the client's probes: 5s, 30s, 1m … (default: each minute)")
    .option("--watch", "restart each program when its source changes (npm run dev)")
    .addHelpText("after", help);
  applyUsageRules(command);
  command.parse();
  const config = readConfig(process.env, command.opts<{ every?: string; watch?: boolean }>());
  process.exitCode = await run(config, process.stdout, stop.signal, kill.signal);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
