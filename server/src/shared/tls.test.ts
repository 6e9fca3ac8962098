import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as send } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { createAuthority, issueServerLeaf, type Credential } from "@analyze/certs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listening } from "../../testing/listening.ts";
import { SettingsError } from "@analyze/common/settings";
import { healthRoutes } from "./health.ts";
import { createAppServer, type AnyServer } from "./server.ts";
import { createService } from "./service.ts";
import { followTls, loadTls } from "./tls.ts";

const dir = mkdtempSync(join(tmpdir(), "tls-"));
const files = { certFile: join(dir, "tls.crt"), keyFile: join(dir, "tls.key") };
const service = createService("web", "silent", true);
let authority: Credential;
let server: AnyServer;
let port: number;
let stopFollowing: () => void;
let renewed = Promise.withResolvers<void>();

const noteRenewal = (): void => renewed.resolve();
const leaf = () => issueServerLeaf(authority, { hosts: ["localhost"] });

beforeAll(async () => {
  authority = await createAuthority({ hosts: ["localhost"] });
  const first = await leaf();
  writeFileSync(files.certFile, first.certificate);
  writeFileSync(files.keyFile, first.key);
  const material = loadTls(files);
  server = createAppServer(healthRoutes(service.traffic), service, material.options);
  if (!("setSecureContext" in server)) throw new Error("not a TLS server");
  stopFollowing = followTls({ server, files, material, logger: service.logger, onRenewal: noteRenewal });
  port = await listening(server);
});

afterAll(() => {
  stopFollowing();
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});

interface Seen {
  status: number | undefined;
  hsts: string | undefined;
  serial: string;
  socket: TLSSocket;
}

async function get(agent: Agent, options: { maxVersion?: "TLSv1.1" | "TLSv1.2"; port?: number } = {}): Promise<Seen> {
  const ca = authority.certificate;
  const request = send({ port, host: "127.0.0.1", servername: "localhost", path: "/livez", ca, agent, ...options });
  request.end();
  const [response] = await once(request, "response");
  response.resume();
  await once(response, "end");
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) throw new Error("not TLS");
  const serial = socket.getPeerCertificate().serialNumber;
  return { status: response.statusCode, hsts: response.headers["strict-transport-security"], serial, socket };
}

it("answers over verified TLS, with HSTS for two years", async () => {
  const { status, hsts } = await get(new Agent());
  expect(status).toBe(200);
  expect(hsts).toBe("max-age=63072000");
});

it("does not support versions before TLS 1.2", async () => {
  expect((await get(new Agent(), { maxVersion: "TLSv1.2" })).status).toBe(200);
  await expect(get(new Agent(), { maxVersion: "TLSv1.1" })).rejects.toThrow(/EPROTO|protocol/i);
});

it("new connections get a renewed certificate once both files match, and open ones continue", async () => {
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const before = await get(kept);
  const second = await leaf();

  renewed = Promise.withResolvers();
  writeFileSync(files.certFile, second.certificate);
  expect(() => loadTls(files)).toThrow(/does not belong to the certificate/);
  expect((await get(new Agent())).serial).toBe(before.serial);

  writeFileSync(files.keyFile, second.key);
  await renewed.promise;
  expect((await get(new Agent())).serial).not.toBe(before.serial);
  const still = await get(kept);
  expect(still.socket).toBe(before.socket);
  expect(still.serial).toBe(before.serial);
  kept.destroy();
});

it.each(["key first", "certificate first"])("one PEM file may hold both: %s", async (order) => {
  const both = await leaf();
  const file = join(dir, "both.pem");
  writeFileSync(file, order === "key first" ? both.key + both.certificate : both.certificate + both.key);
  const own = createAppServer(
    healthRoutes(service.traffic),
    service,
    loadTls({ certFile: file, keyFile: file }).options,
  );
  const ownPort = await listening(own);
  const { serial } = await get(new Agent(), { port: ownPort });
  expect(serial).not.toBe((await get(new Agent())).serial);
  own.closeAllConnections();
  own.close();
});

it("a file that cannot be read is named with its variable", () => {
  expect(() => loadTls({ ...files, certFile: join(dir, "none.crt") })).toThrow(SettingsError);
  expect(() => loadTls({ ...files, certFile: join(dir, "none.crt") })).toThrow(/TLS_CERT_FILE=.*none\.crt.*ENOENT/);
});
