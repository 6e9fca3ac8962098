import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { testCluster as cluster } from "../../test/support/cluster.ts";
import { type Answer, fakeProgram } from "../../test/support/fake-program.ts";
import { readOptions } from "./options.ts";
import { applyStoreSecrets, requireTokens, restart, usersOf } from "./store-secrets.ts";

afterEach(() => vi.unstubAllEnvs());

const options = (...args: string[]) => ({
  ...readOptions(["deploy", "--namespace", "team-a", ...args], {}),
  edge: "ingress" as const,
});
const secrets = ["analyze-redis", "analyze-mongodb", "analyze-mongodb-admin"] as const;
const applied: Answer = { to: "apply --server-side" };
const down = { code: 1, stderr: "Unable to connect to the server: net/http: TLS handshake timeout" };

/** Whether the cluster has an object. */
const object = (name: string, isThere: boolean): Answer => ({
  to: ` ${name} -o name`,
  stdout: isThere ? `${name}\n` : "",
});

function tokensFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "tokens-")), "to kens");
  writeFileSync(file, text);
  return file;
}

const listShape = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), namespace: z.string() }),
      stringData: z.record(z.string(), z.string()),
    }),
  ),
});

/** The Secrets that kubectl got, one list after the other. */
function appliedSecrets(input: string): z.infer<typeof listShape>["items"] {
  return input
    .split(/(?<=\})(?=\{"apiVersion":"v1","kind":"List")/)
    .filter(Boolean)
    .flatMap((text) => listShape.parse(JSON.parse(text)).items);
}

describe("the passwords of the stores", () => {
  it("are made once: one that is there is never replaced", async () => {
    const kubectl = fakeProgram("kubectl", [...secrets.map((name) => object(`secret ${name}`, true)), applied]);
    expect(await applyStoreSecrets(cluster, options())).toEqual([]);
    expect(kubectl.input()).toBe("");
  });

  it("are random, each another, in the namespace", async () => {
    const absent = [
      object("persistentvolumeclaim/data-mongodb-0", false),
      ...secrets.map((name) => object(`secret ${name}`, false)),
    ];
    const kubectl = fakeProgram("kubectl", [...absent, applied]);
    expect(await applyStoreSecrets(cluster, options())).toEqual(secrets);
    const made = appliedSecrets(kubectl.input());
    expect(made.map(({ metadata }) => metadata)).toMatchObject(secrets.map((name) => ({ name, namespace: "team-a" })));
    const passwords = made.map(({ stringData }) => stringData["password"]);
    expect(new Set(passwords).size).toBe(3);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(secrets)("are not replaced if it is not known whether there is one: %s", async (name) => {
    const others = secrets.filter((one) => one !== name).map((one) => object(`secret ${one}`, true));
    const kubectl = fakeProgram("kubectl", [{ to: `secret ${name} -o name`, ...down }, ...others, applied]);
    await expect(applyStoreSecrets(cluster, options())).rejects.toThrow("TLS handshake timeout");
    expect(kubectl.input()).toBe("");
  });

  it.each([
    [
      "its documents are there",
      { to: "data-mongodb-0", stdout: "persistentvolumeclaim/data-mongodb-0\n" },
      /^The Secret analyze-mongodb-admin is gone.*\nRestore the Secret, or delete/,
    ],
    ["it is not known whether there are documents", { to: "data-mongodb-0", ...down }, /TLS handshake timeout/],
  ])("of MongoDB's administrator is not made again if %s", async (_, volume, message) => {
    const [redis, mongodb, admin] = secrets;
    const there = [
      object(`secret ${redis}`, true),
      object(`secret ${mongodb}`, true),
      object(`secret ${admin}`, false),
    ];
    const kubectl = fakeProgram("kubectl", [volume, ...there, applied]);
    await expect(applyStoreSecrets(cluster, options())).rejects.toThrow(message);
    expect(kubectl.input()).toBe("");
  });
});

describe("the callers' tokens", () => {
  it("are applied as the file has them, also if the passwords are there", async () => {
    const text = "ada 0f1e\r\nÅke 'x' $y\n";
    const kubectl = fakeProgram("kubectl", [...secrets.map((name) => object(`secret ${name}`, true)), applied]);
    await applyStoreSecrets(cluster, options("--tokens", tokensFile(text)));
    expect(appliedSecrets(kubectl.input())).toMatchObject([
      { metadata: { name: "analyze-tokens" }, stringData: { tokens: text } },
    ]);
  });

  it.each([
    ["missing", "/nowhere/tokens", "ENOENT"],
    ["a folder", tmpdir(), "EISDIR"],
  ])("in a file that is %s are reported before anything is changed", (_, file, code) => {
    expect(() => requireTokens(options("--tokens", file))).toThrow(`--tokens: ${file} cannot be read (${code})`);
  });

  it("need no file", () => {
    expect(() => requireTokens(options())).not.toThrow();
  });
});

describe("the programs with an old password", () => {
  const both = "statefulset.apps/mongodb\nstatefulset.apps/redis\n";

  it.each([
    ["none, where no password is new", [], both, []],
    ["none in a first deployment: the server is not there yet", [...secrets], "", []],
    [
      "Redis and both that connect to it",
      ["analyze-redis"],
      both,
      ["statefulset/redis", "deployment/web", "deployment/worker"],
    ],
    ["web, which connects to MongoDB", ["analyze-mongodb"], both, ["deployment/web"]],
    ["each once, where both are new", [...secrets], both, ["statefulset/redis", "deployment/web", "deployment/worker"]],
    ["none for a server whose name only begins the same", ["analyze-redis"], "statefulset.apps/redis-old\n", []],
  ])("are %s", async (_, made, stdout, expected) => {
    fakeProgram("kubectl", [{ to: "get statefulsets", stdout }]);
    expect(await usersOf(cluster, options(), made)).toEqual(expected);
  });

  it("are restarted one after the other, each when the one before is ready", async () => {
    const kubectl = fakeProgram("kubectl", [{ to: "rollout" }]);
    await restart(cluster, options("--timeout", "9s"), ["statefulset/redis", "deployment/web"]);
    expect(kubectl.calls().map((call) => call.replace("--context test -n team-a rollout ", ""))).toEqual([
      "restart statefulset/redis",
      "status statefulset/redis --timeout=9s",
      "restart deployment/web",
      "status deployment/web --timeout=9s",
    ]);
  });

  it("are not restarted after one that does not become ready", async () => {
    const kubectl = fakeProgram("kubectl", [
      { to: "rollout restart" },
      { to: "rollout status", code: 1, stderr: "timed out" },
    ]);
    await expect(restart(cluster, options(), ["statefulset/redis", "deployment/web"])).rejects.toThrow("timed out");
    expect(kubectl.calls()).toHaveLength(2);
  });
});
