import { Command, InvalidArgumentError, Option } from "commander";
import { isClientUsage } from "./client-usage.ts";
import { login, onHost, power, status, tunnel, update } from "./commands.ts";
import { openReport } from "./open-report.ts";
import { reboot, start, stop } from "./power.ts";

/** The commands of `npm run host`. */
export const program = new Command("host").description(
  "The host that runs the client, found by its tags in AWS_REGION and ANALYZE_STAGE: docs/aws.md",
);

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError("must be a port, 1 to 65535");
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("must be a whole number");
}

function edge(text: string): string {
  if (/^(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i.test(text)) return text;
  throw new InvalidArgumentError("must be host:port, for example 192.168.49.2:443");
}

program
  .command("status")
  .description("state, checks, address, launch, and the last line of the log")
  .option("--json", "for programs")
  .action(status);
program
  .command("log")
  .description("the client's log")
  .option("-f, --follow", "print new lines until Ctrl-C")
  .option("-n, --lines <count>", "number of lines", count, 20)
  .action(({ follow, lines }: { follow?: boolean; lines: number }) =>
    onHost("analyze", ["tail", "--lines", String(lines), ...(follow ? ["-f"] : [])], follow),
  );
for (const [name, what] of [
  ["report", "availability, outages and latency from the log"],
  ["doctor", "check the hops from the host, and stop at the first broken one"],
] as const) {
  program
    .command(name)
    .description(what)
    .argument("[options...]", `options of \`analyze ${name}\``)
    .allowUnknownOption()
    .helpOption(false)
    .action((args: string[], { open }: { open?: boolean }) => ofClient([name, ...args], open));
}
program.commands
  .find((command) => command.name() === "report")
  ?.option("--open", "show the report as a page in the browser of this machine");

/** The help is that of the client, which knows its options; `--open` is not among them. */
async function ofClient([name = "", ...args]: readonly string[], open = false): Promise<void> {
  if (await isClientUsage([name, ...args])) return open ? openReport(args) : onHost("analyze", [name, ...args]);
  if (name === "report" && process.exitCode === 0)
    process.stdout.write(
      "\n`npm run host -- report` also has --open: shows the report in the browser of this machine.\n",
    );
}
program.command("ssh").description("log in").action(login);
program
  .command("start")
  .description("start the host")
  .action(() => power("Starting", start, "runs"));
program
  .command("stop")
  .description("stop the host and its probes")
  .action(() => power("Stopping", stop, "is stopped"));
program
  .command("reboot")
  .description("reboot the host")
  .action(() => power("Rebooting", reboot, "reboots"));
program.command("update").description("install the newest published release now").action(update);
program
  .command("tunnel")
  .description("connect the host over ssh to an edge that only this machine reaches, until Ctrl-C")
  .addOption(new Option("--to <host:port>", "the edge as seen from here").default("127.0.0.1:443").argParser(edge))
  .addOption(new Option("--port <port>", "port on the host's loopback").default(8443).argParser(port))
  .action(tunnel);
