import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAuthority, issueServerLeaf } from "../../../certs/src/index.ts";
import { startProgram } from "../../../test/support/program.ts";
import type { Seen } from "./firewall-model.ts";
import { temporaryFolder } from "./fixture.ts";

/** One request of the real client, as received. */
export async function clientRequest(probe: "analyze" | "random"): Promise<Seen> {
  const folder = temporaryFolder();
  const authority = await createAuthority({ hosts: ["analyze.test"] });
  const leaf = await issueServerLeaf(authority, { hosts: ["analyze.test"] });
  writeFileSync(join(folder, "ca.crt"), authority.certificate);
  const seen = Promise.withResolvers<Seen>();
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { pathname, search } = new URL(request.url ?? "/", "https://analyze.test");
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const body = Buffer.concat(chunks).toString("utf8");
    seen.resolve({ method: request.method ?? "", path: pathname, query: search.slice(1), headers, body });
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const main = fileURLToPath(new URL("../../../client/src/main.ts", import.meta.url));
  const program = startProgram(process.execPath, [main, "once"], {
    env: {
      ...process.env,
      ANALYZE_URL: probe === "random" ? "https://analyze.test/random" : "https://analyze.test/",
      ANALYZE_PROBE: probe,
      ANALYZE_ADDRESS: `127.0.0.1:${port}`,
      ANALYZE_CA_FILE: join(folder, "ca.crt"),
    },
  });
  const ended = program.ended.then(() => Promise.reject(new Error(`the client sent nothing: ${program.output()}`)));
  try {
    return await Promise.race([seen.promise, ended]);
  } finally {
    await program.stop();
    server.closeAllConnections();
    server.close();
  }
}
