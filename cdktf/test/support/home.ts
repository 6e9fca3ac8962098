import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { createAuthority, issueServerLeaf } from "../../../certs/src/index.ts";
import { listen } from "../../../test/load/backend.ts";
import { temporaryFolder } from "./fixture.ts";

/** A person's internet access, which decides the address that AWS sees. */
export interface Home {
  /** Variables that send Node's HTTPS calls through it. */
  readonly env: NodeJS.ProcessEnv;
  /** The public address. */
  address: string;
  stop(): void;
}

const service = "checkip.amazonaws.com";

/** A proxy that answers as AWS's address service does, with a certificate that this environment trusts, and passes on the rest. */
export async function startHome(): Promise<Home> {
  const authority = await createAuthority({ hosts: [service] });
  const leaf = await issueServerLeaf(authority, { hosts: [service] });
  const caFile = join(temporaryFolder(), "checkip-ca.crt");
  writeFileSync(caFile, authority.certificate);
  const home = { address: "203.0.113.7" };
  const checkIp = createTlsServer({ key: leaf.key, cert: leaf.certificate }, (_, response) => {
    response.end(`${home.address}\n`);
  });
  const port = await listen(checkIp);
  const proxy = createServer();
  proxy.on("connect", ({ url = "" }, socket, head) => {
    const [host = "", wanted] = url.split(":");
    const target = host === service ? connect(port, "127.0.0.1") : connect(Number(wanted), host);
    for (const one of [socket, target]) one.on("error", () => [socket, target].forEach((end) => end.destroy()));
    target.on("connect", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(socket).pipe(target);
    });
  });
  const env = {
    NODE_USE_ENV_PROXY: "1",
    NODE_EXTRA_CA_CERTS: caFile,
    HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}`,
  };
  return Object.assign(home, {
    env,
    stop: () => {
      checkIp.close();
      proxy.closeAllConnections();
      proxy.close();
    },
  });
}
