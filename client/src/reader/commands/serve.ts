import { errorCode, UserError } from "@analyze/common/errors";
import { InvalidArgumentError, type Command } from "commander";
import { once } from "node:events";
import type { Server } from "node:http";
import { isIP } from "node:net";
import { hostname } from "node:os";
import { logsOption, namedLogs, sloOption } from "../read/options.ts";
import { reasonOf } from "../read/read-error.ts";
import { parseWindow } from "../read/when.ts";
import { loadDrawing } from "../report/load.ts";
import { Board } from "../serve/board.ts";
import { createPageServer, type Hosts } from "../serve/server.ts";

interface Options {
  since?: string;
  slo: number;
  log?: string[];
  port: number;
  host: string;
  name?: string[];
}

const loopback = new Set(["127.0.0.1", "::1", "localhost"]);
const everyAddress = new Set(["0.0.0.0", "::"]);

/** What browsers may call the server. Beyond this machine it has addresses that it does not know. */
function hostsOf({ host, name = [] }: Options): Hosts {
  const isLocal = loopback.has(host);
  const own = isLocal ? [] : [hostname()];
  const names = ["localhost", "127.0.0.1", "[::1]", ...own, ...name].map((one) => one.toLowerCase());
  return { names, addresses: !isLocal };
}

/** The host to open in a browser. */
function shownHost({ host, name = [] }: Options): string {
  if (name[0] !== undefined) return name[0];
  if (everyAddress.has(host)) return hostname();
  return host.includes(":") ? `[${host}]` : host;
}

function hostName(text: string, earlier: string[] = []): string[] {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/.test(text)) return [...earlier, text];
  throw new InvalidArgumentError("Give a host's name, without a port, such as status.example.org.");
}

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
  const server = createPageServer(boardOf(options), hostsOf(options));
  const port = await listen(server, options);
  process.stdout.write(
    `http://${shownHost(options)}:${port}/ shows ${namedLogs(options.log)
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
    .option("--name <host>", "a name by which browsers reach this server, besides this machine's; repeatable", hostName)
    .addOption(logsOption())
    .action(run);
}
