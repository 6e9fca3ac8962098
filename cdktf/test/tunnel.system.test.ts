import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueAll } from "@analyze/certs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Nginx, startNginx } from "../../test/edge/nginx.ts";
import { type Program, startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { type ServicePair, startServicePair } from "../../test/support/services.ts";
import { temporaryFolder } from "./support/fixture.ts";
import { ec2Of, makeHost } from "./support/host.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { freePort } from "../../test/support/ports.ts";
import { prepareSshd, type Sshd } from "./support/sshd.ts";

const main = fileURLToPath(new URL("../src/host/main.ts", import.meta.url));
const client = fileURLToPath(new URL("../../client/src/main.ts", import.meta.url));

describeWith(["moto", "sshd", "nginx", "root"], "npm run host -- tunnel, through a real sshd to a real nginx", () => {
  let moto: Moto;
  let sshd: Sshd;
  const running: Program[] = [];
  let services: ServicePair;
  let nginx: Nginx;
  let certificates: string;
  let port: number;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    certificates = temporaryFolder();
    await issueAll({ dir: certificates });
    services = await startServicePair();
    nginx = await startNginx({ webPorts: [services.web.port], certificates });
    moto = await startMoto();
    const { address } = await makeHost(ec2Of(moto));
    const sshPort = await freePort();
    port = await freePort();
    sshd = prepareSshd(address, sshPort);
    env = {
      ...process.env,
      ...moto.env,
      ANALYZE_SSH_PORT: String(sshPort),
      ANALYZE_SSH_USER: userInfo().username,
      ANALYZE_SSH_PUBLIC_KEY_FILE: sshd.keyFile,
      ANALYZE_KNOWN_HOSTS_FILE: join(temporaryFolder(), "known_hosts"),
    };
  });

  afterAll(async () => {
    for (const program of running.toReversed()) await program.stop();
    await nginx.stop();
    await services.stop();
    await moto.stop();
  });

  it("a client on the host reaches the edge with TLS verified; a cut shows as FAIL tcp, and the tunnel reconnects", async () => {
    let server = await sshd.start();
    const tunnel = startProgram(
      process.execPath,
      [main, "tunnel", "--to", nginx.edge.address, "--port", String(port)],
      { env },
    );
    await tunnel.waitFor(/tunnel open/);

    const log = join(temporaryFolder(), "analyze.log");
    const poller = startProgram(process.execPath, [client, "run"], {
      env: {
        ...process.env,
        ANALYZE_URL: "https://analyze.test/analyze",
        ANALYZE_ADDRESS: `127.0.0.1:${port}`,
        ANALYZE_CA_FILE: join(certificates, "ca.crt"),
        ANALYZE_SCHEDULE: "* * * * * *",
        ANALYZE_LOG: log,
      },
    });
    running.push(poller);
    const lines = startProgram("tail", ["-n", "+1", "-F", log]);
    await lines.waitFor(/Z ok +app +200/, 20_000);

    await server.stop();
    execFileSync("pkill", ["-KILL", "-P", String(tunnel.child.pid), "-x", "ssh"]);
    await lines.waitFor(/Z FAIL +tcp .*ECONNREFUSED/, 20_000);
    await tunnel.waitFor(/not connected: .*Connection refused/, 20_000);

    const before = readFileSync(log, "utf8").length;
    server = await sshd.start();
    running.push(server);
    const after = startProgram("tail", ["-c", `+${before + 1}`, "-F", log]);
    await after.waitFor(/Z ok +app +200/, 60_000);
    await lines.stop();
    await after.stop();
    // 128 + SIGTERM
    expect(await tunnel.stop()).toBe(143);
  });
});
