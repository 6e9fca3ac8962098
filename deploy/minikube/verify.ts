import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathsOf } from "@analyze/certs";
import { failure, run } from "../run.ts";
import type { Options } from "./options.ts";

/** How long a controller may take to serve a change: it applies changes one by one, 3 s apart. */
const patienceMs = 20_000;

/** Sends one POST with the project's client, which trusts only the CA. Resolves with its output after a correct answer. Rejects with a UserError. */
export async function postVerified(root: string, options: Options, address: string): Promise<string> {
  const { certificates, host, mtls } = options;
  const client = pathsOf(certificates, "client");
  const env: Record<string, string> = {
    ANALYZE_URL: `https://${host}`,
    ANALYZE_CA_FILE: pathsOf(certificates, "ca").certificate,
    ANALYZE_ADDRESS: address,
    ANALYZE_PLACE: "kubernetes",
    ...(mtls && { ANALYZE_CLIENT_CERT_FILE: client.certificate, ANALYZE_CLIENT_KEY_FILE: client.key }),
  };
  const end = Date.now() + patienceMs;
  for (;;) {
    const { code, stdout, stderr } = await run(process.execPath, [join(root, "client/src/main.ts"), "once"], { env });
    if (code === 0) return stdout.trim();
    if (code === 2) throw failure(`The client does not start:\n  ${(stdout + stderr).trim()}`);
    if (Date.now() > end) {
      throw failure(`The edge answers at ${address}, but not correctly:\n  ${(stdout + stderr).trim()}`);
    }
    await delay(1000);
  }
}
