import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Program, startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { pin } from "../src/host/host-keys.ts";
import { publicKey, temporaryFolder } from "./support/fixture.ts";
import { ec2Of, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { freePort } from "../../test/support/ports.ts";
import { passphrase, prepareSshd, type Sshd } from "./support/sshd.ts";

const main = fileURLToPath(new URL("../src/host/main.ts", import.meta.url));

describeWith(["moto", "sshd", "root"], "npm run host, refused by a real sshd", () => {
  let moto: Moto;
  let sshd: Sshd;
  let server: Program;
  let hostId: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    moto = await startMoto();
    const { id, address } = await makeHost(ec2Of(moto));
    hostId = id;
    const port = await freePort();
    sshd = prepareSshd(address, port);
    server = await sshd.start();
    env = {
      ...process.env,
      ...moto.env,
      ANALYZE_SSH_PORT: String(port),
      ANALYZE_SSH_USER: userInfo().username,
      ANALYZE_KNOWN_HOSTS_FILE: join(temporaryFolder(), "known_hosts"),
      SSH_AUTH_SOCK: "",
    };
  });

  afterAll(async () => {
    await server.stop();
    await moto.stop();
  });

  function tunnel(settings: NodeJS.ProcessEnv): Program {
    return startProgram(process.execPath, [main, "tunnel", "--to", "127.0.0.1:1"], { env: { ...env, ...settings } });
  }

  it.each<[key: string, file: () => string, message: RegExp]>([
    [
      "with a passphrase that no agent holds",
      () => sshd.lockedKeyFile,
      /locked has a passphrase, and ssh-agent does not hold it: run `ssh-add \S+locked`/,
    ],
    ["that the host does not know", strangeKey, /did not accept \S+strange\. Set ANALYZE_SSH_PUBLIC_KEY_FILE/],
  ])("exits at once for a key %s, and says what to do", async (_, file, message) => {
    const program = tunnel({ ANALYZE_SSH_PUBLIC_KEY_FILE: file() });
    expect([await program.ended, program.output()]).toEqual([1, expect.stringMatching(message)]);
    expect(program.output()).not.toContain("next try");
  });

  it("exits at once if the host's key differs from the known one", async () => {
    const file = join(temporaryFolder(), "known_hosts");
    pin(file, hostId, [publicKey]);
    const program = tunnel({ ANALYZE_SSH_PUBLIC_KEY_FILE: sshd.keyFile, ANALYZE_KNOWN_HOSTS_FILE: file });
    expect([await program.ended, program.output()]).toEqual([
      1,
      expect.stringContaining("The host shows another key than the known one"),
    ]);
  });

  it.each([["log"], ["report", "--open"], ["update"], ["ssh"]])(
    "%s says what to do if nothing listens there",
    async (...args) => {
      const settings = { ANALYZE_SSH_PORT: String(await freePort()), ANALYZE_SSH_PUBLIC_KEY_FILE: sshd.keyFile };
      const program = startProgram(process.execPath, [main, ...args], { env: { ...env, ...settings } });
      expect([await program.ended, program.output()]).toEqual([
        255,
        expect.stringMatching(/Connection refused[^]*Timed out: .*npm run deploy -- --my-ip/),
      ]);
    },
  );

  it("connects with the same key once ssh-agent has it", async () => {
    const socket = join(temporaryFolder(), "agent");
    const agent = startProgram("ssh-agent", ["-D", "-a", socket]);
    await agent.waitFor(/SSH_AUTH_SOCK/);
    execFileSync("ssh-add", [sshd.lockedKeyFile.replace(/\.pub$/, "")], {
      env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass(), SSH_ASKPASS_REQUIRE: "force" },
      stdio: "ignore",
    });
    const program = tunnel({ ANALYZE_SSH_PUBLIC_KEY_FILE: sshd.lockedKeyFile, SSH_AUTH_SOCK: socket });
    expect((await program.waitFor(/tunnel open: (\S+)/))[1]).toBe("127.0.0.1:8443");
    await program.stop();
    await agent.stop();
  });
});

function strangeKey(): string {
  const file = join(temporaryFolder(), "strange");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  return `${file}.pub`;
}

/** A program that answers ssh-add's prompt. */
function askpass(): string {
  const file = join(temporaryFolder(), "askpass");
  writeFileSync(file, `#!/bin/sh\necho '${passphrase}'\n`);
  chmodSync(file, 0o700);
  return file;
}
