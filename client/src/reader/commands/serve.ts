import { errorCode, UserError } from "@analyze/common/errors";
import { InvalidArgumentError, type Command } from "commander";
import { once } from "node:events";
import type { Server } from "node:http";
import { isIP } from "node:net";
import { logsOption, namedLogs, sloOption } from "../read/options.ts";
import { reasonOf } from "../read/read-error.ts";
import { parseWindow } from "../read/when.ts";
import { loadDrawing } from "../report/load.ts";
import { Board } from "../serve/board.ts";
import { createPageServer } from "../serve/server.ts";

interface Options {
  since?: string;
  slo: number;
  log?: string[];
  port: number;
  host: string;
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("Give a port from 0 to 65535 (0: any free port).");
}

function address(text: string): string {
  if (isIP(text) !== 0 || text === "localhost") return text;
  throw new InvalidArgumentError("Give an IP address of this machine, such as 127.0.0.1 or ::1.");
}

async function listen(server: Server, { port, host }: Options): Promise<number> {
  try {
    await once(server.listen(port, host), "listening");
  } catch (error) {
    const code = errorCode(error);
    if (code === "EADDRINUSE") throw new UserError(`Port ${port} is taken by another program: choose one with --port`);
    throw new UserError(`Cannot listen on ${host}, port ${port}: ${String(code)}. Choose another with --host, --port`);
  }
  const bound = server.address();
  return typeof bound === "object" && bound ? bound.port : port;
}

function boardOf({ slo, since, log }: Options): Board {
  const logs = namedLogs(log);
  const window = () => parseWindow({ ...(since !== undefined && { since }), until: "now" }, Date.now());
  // Report wrong usage now: later it would be shown on the page.
  window();
  return new Board(logs, async (endings) => {
    try {
      return await (await loadDrawing(logs, { ...window(), slo })).html({ endings });
    } catch (error) {
      const { drawNothing } = await import("../report/html/page.ts");
      return drawNothing(reasonOf(error), { endings });
    }
  });
}

async function run(options: Options): Promise<void> {
  const isLocal = loopback.has(options.host);
  const server = createPageServer(boardOf(options), isLocal ? ["localhost", "127.0.0.1", "[::1]"] : undefined);
  const port = await listen(server, options);
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  process.stdout.write(
    `http://${name}:${port}/ shows ${namedLogs(options.log)
      .map(({ path }) => path)
      .join(", ")}; Ctrl-C ends it\n`,
  );
  if (!isLocal) process.stderr.write("Anyone who can reach this address can read the log: there is no password.\n");
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"].map(async (signal) => once(process, signal));
  await Promise.race(signals);
  server.close();
  server.closeAllConnections();
}

/** Adds `analyze serve`: the report as a page that stays up to date. */
export function addServe(program: Command): void {
  program
    .command("serve")
    .description("the report and the last lines as a live page; reads only the log, listens on this machine only")
    .option("--since <when>", "how long ago (90min, 24h, 30d) or a date, UTC (default: 24h ago)")
    .addOption(sloOption())
    .option("--port <port>", "port to listen on; 0: any free port", portNumber, 8444)
    .option(
      "--host <address>",
      "address to listen on; anything but loopback shows the log to the network",
      address,
      "127.0.0.1",
    )
    .addOption(logsOption())
    .action(run);
}
