import { UserError } from "@analyze/common/errors";
import { EC2Client } from "@aws-sdk/client-ec2";
import { inRegion } from "../aws.ts";
import { readHostConfig } from "./config.ts";
import { hostEnvironment } from "./environment.ts";
import { checksOf, findInstance } from "./instance.ts";
import { shellWord } from "@analyze/common/shell";
import { type Destination, explainConnection, pinFromConsole, sshArguments, sshCommand } from "./remote.ts";
import { openSession, runSession } from "./session.ts";
import { type Status, statusText } from "./status.ts";
import { attach, run } from "../../../deploy/run.ts";
import { holdTunnel } from "../../../deploy/ssh/tunnel.ts";

/** One host and how to reach it. */
interface Reached extends Destination {
  readonly ec2: EC2Client;
}

async function find(): Promise<Reached> {
  const config = readHostConfig(await hostEnvironment(process.env));
  const ec2 = new EC2Client(inRegion(config.region));
  return { ec2, config, instance: await findInstance(ec2, config) };
}

async function reach(): Promise<Reached> {
  const host = await find();
  if (host.config.access === "ssh") await pinFromConsole(host.ec2, host);
  return host;
}

/** Shows the host's status; exit code 1 if it does not run or does not answer. */
export async function status({ json = false }: { json?: boolean }): Promise<void> {
  const host = await find();
  const { config, instance } = host;
  const checks = await checksOf(host.ec2, instance);
  const [release = null, lastLine = null] = instance.state === "running" ? await answerOf(host) : [];
  const { stage, region } = config;
  const facts: Status = { stage, region, instance, checks, release, lastLine };
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : statusText(facts));
  if (lastLine === null) process.exitCode = 1;
}

/** The status of the newest release, and the last line of the log. Empty: the host does not answer. */
async function answerOf(host: Reached): Promise<string[]> {
  const printed = await ask(host, "cat /opt/analyze/state 2>/dev/null || echo unknown; analyze tail --lines 1");
  return printed === null ? [] : printed.split("\n").map((line) => line.trim());
}

async function ask(host: Reached, line: string): Promise<string | null> {
  if (host.config.access === "ssm") {
    let printed = "";
    const code = await runSession(host, line, (text) => (printed += text));
    return code === 0 ? printed.trim() || null : null;
  }
  if (host.instance.address === null) return null;
  await pinFromConsole(host.ec2, host);
  const [program, args] = sshCommand(host, line);
  const { code, stdout } = await run(program, ["-o", "BatchMode=yes", ...args], { timeoutMs: 20_000 });
  return (code === 0 && stdout.trim()) || null;
}

function runLine(host: Reached, line: string, endless = false): Promise<number> {
  const terminal = endless && process.stdout.isTTY;
  if (host.config.access === "ssh") return attach(...sshCommand(host, line, terminal)).then(explainConnection);
  if (terminal) return attach(...openSession(host, line));
  return runSession(host, line, (text) => process.stdout.write(text), endless);
}

/**
 * Runs the client's command on the host, with quoted arguments; the exit code is the command's. `endless`: until
 * Ctrl-C, which must reach it there.
 */
export async function onHost(command: string, args: readonly string[], endless = false): Promise<void> {
  process.exitCode = await runLine(await reach(), [command, ...args.map(shellWord)].join(" "), endless);
}

/** Runs a shell line on the host for a program to read. Resolves with its exit code, what it printed, and the host's stage. */
export async function captureOnHost(line: string): Promise<{ code: number; text: string; stage: string }> {
  const host = await reach();
  const { stage, access } = host.config;
  if (access === "ssm") {
    let text = "";
    const code = await runSession(host, line, (part) => (text += part));
    return { code, text, stage };
  }
  const [program, args] = sshCommand(host, line);
  const { code, stdout } = await run(program, args, { share: ["stdin", "stderr"] });
  explainConnection(code);
  return { code, text: stdout, stage };
}

/** Logs in. */
export async function login(): Promise<void> {
  const host = await reach();
  if (host.config.access === "ssm") process.exitCode = await attach(...openSession(host));
  else process.exitCode = explainConnection(await attach(...sshCommand(host, "")));
}

/** Installs the newest published release on the host now, instead of within a minute. */
export async function update(): Promise<void> {
  const line = "sudo analyze-update --retry";
  process.exitCode = await runLine(await reach(), line);
}

/** Changes the host's power state with `change`, and prints begin and result. */
export async function power(
  verb: string,
  change: (ec2: EC2Client, id: string) => Promise<void>,
  done: string,
): Promise<void> {
  const { ec2, instance } = await find();
  process.stderr.write(`${verb} ${instance.id} (${instance.state}) …\n`);
  await change(ec2, instance.id);
  process.stdout.write(`${instance.id} ${done}\n`);
}

export interface TunnelChoice {
  readonly to: string;
  readonly port: number;
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString()} tunnel ${text}\n`);
}

/** Keeps a reverse tunnel from the host to an edge that this machine can reach, until Ctrl-C. */
export async function tunnel({ to, port }: TunnelChoice): Promise<void> {
  const host = await reach();
  if (host.config.access === "ssm") {
    throw new UserError(
      "Session Manager forwards no port from the host to here. Deploy with ANALYZE_ACCESS=ssh, or give the host an edge " +
        "that it can reach by itself (ANALYZE_URL, ANALYZE_ADDRESS).",
      { exitCode: 1 },
    );
  }
  say(`to ${host.instance.id}; Ctrl-C ends it. The client there calls it with ANALYZE_ADDRESS=127.0.0.1:${port}`);
  await holdTunnel({ ssh: sshArguments(host), keyFile: host.config.identityFile, remotePort: port, to, say });
}
