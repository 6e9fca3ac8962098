import { once } from "node:events";
import http, { createServer, type IncomingMessage } from "node:http";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inRegion, proxyEnvironment } from "./aws.ts";
import { myCidr } from "./settings/my-ip.ts";
import { listen } from "../../test/load/backend.ts";

const asked: string[] = [];
const proxy = http.createServer();
proxy.on("connect", (request: IncomingMessage, socket) => {
  asked.push(request.url ?? "");
  socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
});

beforeEach(async () => {
  asked.length = 0;
  const port = proxy.listening ? portOf() : await listen(proxy);
  vi.stubEnv("HTTPS_PROXY", `http://someone:secret@127.0.0.1:${port}`);
  vi.stubEnv("https_proxy", "");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "nobody");
  vi.stubEnv("AWS_ENDPOINT_URL", "");
});

afterEach(() => vi.unstubAllEnvs());

function portOf(): number {
  const address = proxy.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

it("sends calls to AWS through the proxy of HTTPS_PROXY", async () => {
  const failed = new STSClient({ ...inRegion("eu-central-1"), maxAttempts: 1 }).send(new GetCallerIdentityCommand({}));
  await expect(failed).rejects.toThrow(/^Failed to establish tunnel(?!.*secret)/);
  expect(asked).toEqual(["sts.eu-central-1.amazonaws.com:443"]);
});

it("looks for this machine's address through it, too, and leaves no trace of it", async () => {
  const before = http.globalAgent;
  await expect(myCidr("https://checkip.example.org/")).rejects.toThrow("cannot be reached");
  expect(asked).toEqual(["checkip.example.org:443"]);
  expect(http.globalAgent).toBe(before);
});

it("calls an emulator on this machine without it", async () => {
  const emulator = createServer((_, answer) =>
    answer
      .writeHead(403)
      .end("<ErrorResponse><Error><Code>Denied</Code><Message>Denied</Message></Error></ErrorResponse>"),
  );
  vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${portOf()}`);
  const endpoint = `http://127.0.0.1:${await listen(emulator)}`;
  const client = new STSClient({ ...inRegion("eu-central-1"), endpoint, maxAttempts: 1 });
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toThrow("Denied");
  expect(asked).toEqual([]);
  emulator.close();
  await once(emulator, "close");
});

it.each([
  [{}, "localhost,127.0.0.1,[::1]"],
  [{ NO_PROXY: ".example.org" }, ".example.org,localhost,127.0.0.1,[::1]"],
  [{ no_proxy: "a", NO_PROXY: "b" }, "a,localhost,127.0.0.1,[::1]"],
])("keeps the exceptions of %j", (env, exceptions) => {
  expect(proxyEnvironment(env)).toMatchObject({ NO_PROXY: exceptions, no_proxy: exceptions });
});

it("every client of this folder has it; only the Lambda has none", () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  );
  const without = files.filter((name) =>
    /new \w+Client\((?!\{?\s*(\.\.\.)?inRegion)/.test(readFileSync(`${folder}/${name}`, "utf8")),
  );
  expect(without).toEqual(["rotation/main.ts"]);
});
