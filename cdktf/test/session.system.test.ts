import { type SpawnOptions, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Program, startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { temporaryFolder } from "./support/fixture.ts";
import { ec2Of, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { type SessionManager, startSessionManager } from "./support/session-manager.ts";
import { clientLine, putClient } from "./support/sshd.ts";

const main = fileURLToPath(new URL("../src/host/main.ts", import.meta.url));

/**
 * Real: the command, the AWS CLI, the client's commands. Not real: StartSession (support/session-manager.ts), and the plugin with
 * the agent behind it (support/session-manager-plugin.py), a shell of this machine in place of the host's.
 */
describeWith(["moto", "aws", "python"], "npm run host through Session Manager", () => {
  let moto: Moto;
  let manager: SessionManager;
  let id: string;
  let env: NodeJS.ProcessEnv;
  const log = join(temporaryFolder(), "analyze.log");
  const started: Program[] = [];
  const pidFile = `${log}.pid`;

  beforeAll(async () => {
    moto = await startMoto();
    ({ id } = await makeHost(ec2Of(moto)));
    manager = await startSessionManager(id);
    putClient(manager.bin, log);
    env = { ...process.env, ...moto.env, ...manager.env, ANALYZE_ACCESS: "ssm" };
  });

  afterAll(async () => {
    await Promise.all(started.map((program) => program.stop()));
    manager.stop();
    await moto.stop();
  });

  function start(command: string, args: string[], options: SpawnOptions = {}): Program {
    const program = startProgram(command, args, { env, ...options });
    started.push(program);
    return program;
  }

  // Not spawnSync: this process answers StartSession.
  async function run(args: string[], change: NodeJS.ProcessEnv = {}) {
    const program = start(process.execPath, [main, ...args], { env: { ...env, ...change } });
    let stdout = "";
    program.child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
    return { status: await program.ended, stdout, output: program.output() };
  }

  /** Whether the last command of the client still runs on the "host". */
  function isRunning(): boolean {
    return spawnSync("kill", ["-0", readFileSync(pidFile, "utf8").trim()]).status === 0;
  }

  it("log prints the client's lines without the plugin's, and starts a session on the one host with the documented parameters", async () => {
    expect(await run(["log", "-n", "5"])).toEqual({ status: 0, stdout: `${clientLine}\n`, output: `${clientLine}\n` });
    expect(manager.calls.at(-1)).toBe(`StartSession ${id}`);
    expect(manager.lastSession()).toMatchObject({
      operation: "StartSession",
      region: "eu-central-1",
      answer: { SessionId: expect.stringMatching(/^someone-/), StreamUrl: expect.any(String) },
      request: {
        Target: id,
        DocumentName: "AWS-StartNonInteractiveCommand",
        Parameters: { command: [expect.stringMatching(/^sh -c '\(analyze tail --lines 5\); echo "/)] },
      },
    });
  });

  it("report returns its exit code, which the plugin does not, and quotes arrive unchanged", async () => {
    expect(await run(["report"])).toMatchObject({ status: 2, stdout: expect.stringMatching(/^UNKNOWN for /) });
    const wrong = await run(["report", "--slo", "it's not a number"]);
    expect([wrong.status, wrong.output]).toEqual([2, expect.stringContaining("it's not a number")]);
  });

  it("status shows the last line of the log", async () => {
    expect(await run(["status"])).toMatchObject({ status: 0, stdout: expect.stringContaining(clientLine) });
  });

  it("log -f follows new lines, and leaves no process on the host when it is stopped", async () => {
    const follow = start(process.execPath, [main, "log", "-f"]);
    await follow.waitFor(/06:21:00Z \S*ok/);
    appendFileSync(log, `${clientLine.replace(":21:", ":22:")}\n`);
    expect((await follow.waitFor(/06:22:00Z (\S+)/))[1]).toMatch(/ok$/);
    expect(manager.lastSession()).toMatchObject({ request: { DocumentName: "AWS-StartInteractiveCommand" } });
    await follow.stop();
    await vi.waitUntil(() => !isRunning(), { timeout: 10_000 });
  });

  it("log -f on a terminal ends on the host with Ctrl-C", async () => {
    const typed = [process.execPath, main, "log", "-f"].map((word) => `'${word}'`).join(" ");
    const terminal = start("script", ["-qec", typed, "/dev/null"], { stdio: "pipe" });
    await terminal.waitFor(/06:22:00Z \S*ok/);
    expect(isRunning()).toBe(true);
    terminal.child.stdin?.write("\u0003");
    expect(await terminal.ended).toBe(0);
    expect(terminal.output()).toContain("Exiting session");
    expect(isRunning()).toBe(false);
  });

  it("ssh opens a shell on the host without an SSM document", async () => {
    const shell = start(process.execPath, [main, "ssh"], { stdio: "pipe" });
    await shell.waitFor(/Starting session/);
    shell.child.stdin?.write("echo $((6 * 7)); exit\n");
    await shell.waitFor(/42\r?\n/);
    expect(await shell.ended).toBe(0);
    expect(manager.lastSession()).toMatchObject({ request: { Target: id } });
    expect(manager.lastSession()).not.toHaveProperty("request.DocumentName");
  });

  it("without the AWS CLI, or without its plugin, it says what to install", async () => {
    const noCli = await run(["log"], { PATH: temporaryFolder() });
    expect([noCli.status, noCli.output]).toEqual([1, expect.stringContaining("install the AWS CLI, https://")]);
    const PATH = process.env["PATH"]
      ?.split(":")
      .filter((folder) => !existsSync(join(folder, "session-manager-plugin")));
    const noPlugin = await run(["log"], { PATH: PATH?.join(":") });
    expect(noPlugin.output).toContain("SessionManagerPlugin is not found");
    expect(noPlugin.status).not.toBe(0);
    expect(manager.calls.at(-1)).toMatch(/^TerminateSession someone-/);
  });

  it("an agent that is not connected and a host that does not run have different messages", async () => {
    const other = await startSessionManager("i-another");
    const refused = await run(["log"], { AWS_ENDPOINT_URL_SSM: other.env["AWS_ENDPOINT_URL_SSM"] });
    other.stop();
    expect(refused.output).toContain(`${id} is not connected`);
    expect(refused.status).not.toBe(0);
    await run(["stop"]);
    expect(await run(["log"])).toMatchObject({
      status: 1,
      output: expect.stringContaining("is stopped: `npm run host"),
    });
  });
});
