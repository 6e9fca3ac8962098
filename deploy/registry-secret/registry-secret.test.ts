import { spawnSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../test/load/backend.ts";
import { ecrLogin, tryLogin } from "./login.ts";
import { pullSecret } from "./secret.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function registry(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return `127.0.0.1:${await listen(server)}`;
}

const isRight = (authorization = ""): boolean =>
  authorization === `Basic ${Buffer.from("anna:s3cret").toString("base64")}`;

/** A registry that takes Basic itself, and one that sends to a place for tokens. */
const basic: RequestListener = ({ headers }, response) =>
  response.writeHead(isRight(headers.authorization) ? 200 : 401).end();
const token: RequestListener = ({ headers, url }, response) => {
  if (url === "/v2/") {
    const challenge = `Bearer realm="http://${headers.host}/token",service="registry"`;
    response.writeHead(401, { "www-authenticate": challenge }).end();
  } else response.writeHead(url === "/token?service=registry" && isRight(headers.authorization) ? 200 : 401).end();
};

describe.each([
  ["Basic", basic],
  ["a token", token],
])("a registry that takes %s", (_, answer) => {
  it("takes the right login", async () => {
    await expect(
      tryLogin({ registry: await registry(answer), user: "anna", password: "s3cret" }),
    ).resolves.toBeUndefined();
  });

  it("refuses another password, which no message quotes", async () => {
    const login = { registry: await registry(answer), user: "anna", password: "wr0ng" };
    const error = await tryLogin(login).catch((reason: unknown) => String(reason));
    expect(error).toMatch(/refuses user anna with this password/);
    expect(error).not.toContain("wr0ng");
  });
});

it("something else than a registry is named as such", async () => {
  const login = { registry: await registry((_, response) => response.writeHead(404).end()), user: "a", password: "b" };
  await expect(tryLogin(login)).rejects.toThrow(/answers 404: it is no image registry/);
});

it("only ECR's own names are given to the AWS CLI", async () => {
  await expect(ecrLogin("123456789012.dkr.ecr.eu-central-1.amazonaws.com.example.test")).resolves.toBeNull();
});

it("--refresh is refused for another registry than ECR, before a password is read", () => {
  const args = ["deploy/registry-secret/main.ts", "--registry", "r.example.test", "--user", "anna", "--refresh"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^--refresh is for ECR/) });
});

it("the Secret is what kubelet takes", () => {
  const secret = pullSecret(
    { registry: "r:1", user: "anna", password: "s3:cret" },
    { name: "registry", namespace: "analyze" },
  );
  expect(secret).toMatchObject({
    type: "kubernetes.io/dockerconfigjson",
    metadata: { name: "registry", namespace: "analyze" },
  });
  const auth = Buffer.from("anna:s3:cret").toString("base64");
  expect(JSON.parse(secret.stringData[".dockerconfigjson"] ?? "")).toEqual({
    auths: { "r:1": { username: "anna", password: "s3:cret", auth } },
  });
});
