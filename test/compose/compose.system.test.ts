import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { issueAll } from "../../certs/src/index.ts";
import { commandsOf } from "../../client/src/poller/probe/place.ts";
import { ask } from "../edge/ask.ts";
import { storedDocument } from "../../server/src/contract/documents.ts";
import { accepted } from "../../server/src/contract/tasks.ts";
import { edgeSuite } from "../edge/suite.ts";
import { pass, startLoad, type Load } from "../load/load.ts";
import { hasIpv6 } from "../support/ipv6.ts";
import { describeWith } from "../support/requirements.ts";
import { createProject, type Project } from "./project.ts";
import { seenSuite } from "./seen.ts";

let project: Project;

const longRunning = ["nginx", "web-1", "web-2", "worker", "client", "redis", "mongodb", "mongodb-user"];

function load(): Load {
  const edge = project.edge();
  const target = { url: `${edge.url}/analyze`, address: edge.address, ca: edge.ca };
  return startLoad({ ...target, keepAlive: 2, fresh: 2, durationMs: 170_000, pauseMs: 2 });
}

/** The lines of the client's log so far. */
async function clientLog(): Promise<string[]> {
  const program = "process.stdout.write(require('fs').readFileSync('/log/analyze.log'))";
  return (await project.compose("exec", "-T", "client", "/nodejs/bin/node", "-e", program)).trimEnd().split("\n");
}

describeWith(["docker", "compose"], "docker compose up", () => {
  beforeAll(async () => {
    project = await createProject();
    await project.compose("up", "--build", "--detach", "--wait", ...longRunning, "install", "renew");
  });
  afterAll(async () => {
    await project.remove();
  });

  it("answers over verified TLS without a preceding step", async () => {
    const body = JSON.stringify({ text: "Hello, how are you?" });
    const { status, body: answer } = await ask(project.edge(), { path: "/analyze", body });
    expect([status, answer]).toEqual([200, '{"processed_text":"Word Count: 4 | Reverse: ?uoy era woh ,olleH"}']);
  });

  it.skipIf(!hasIpv6)("answers over IPv6", async () => {
    expect((await ask(project.edgeOnIpv6(), { path: "/random" })).status).toBe(200);
  });

  edgeSuite(() => project.edge(), { ownProblems: true, clear: "refuses POST", hstsOnUnreadable: true });

  it("the README's command adds a task to the queue, and worker logs it twice with its ID", async () => {
    const edge = project.edge();
    const url = edge.url.replace("analyze.test", "localhost");
    const { status, body } = await ask({ ...edge, url }, { path: "/api/add/task1", method: "POST" });
    const { id } = accepted.parse(JSON.parse(body));
    expect(status).toBe(202);
    const lines = async (): Promise<(string | undefined)[]> =>
      (await project.compose("logs", "--no-log-prefix", "worker"))
        .split("\n")
        .filter((line) => line.includes(id))
        .map((line) => /"msg":"(\w+ task)"/.exec(line)?.[1]);
    await expect.poll(lines, { timeout: 10_000 }).toEqual(["Processing task", "Completed task"]);
  });

  it("a document survives a new container of MongoDB (FerretDB in its place), and a changed password takes effect", async () => {
    const path = "/data";
    const stored = await ask(project.edge(), { path, body: '{"name":"Ada"}' });
    expect(stored.status).toBe(201);
    const { id } = storedDocument.parse(JSON.parse(stored.body));
    await project.compose("rm", "--stop", "--force", "mongodb");
    await project.compose("run", "--rm", "--no-deps", "--entrypoint", "rm", "prepare", "/mongodb-user/password");
    await project.compose("run", "--rm", "--no-deps", "prepare");
    await project.compose("up", "--detach", "--wait", "mongodb");
    for (const web of ["web-1", "web-2"]) {
      await project.compose("restart", web);
      await project.compose("up", "--detach", "--wait", web);
    }
    const found = async (): Promise<string> => (await ask(project.edge(), { path: `${path}/${id}` })).body;
    await expect.poll(found, { timeout: 60_000 }).toBe(stored.body);
    expect(await project.compose("logs", "--no-log-prefix", "mongodb-user")).toMatch(/^user web: made\n[^]*changed\n/);
  });

  it("web cannot read the password of MongoDB's administrator", async () => {
    const targets = (JSON.stringify(await project.inspect("web-1")).match(/"Destination":"[^"]+"/g) ?? []).toSorted();
    expect(targets).toEqual(['"Destination":"/run/mongodb"', '"Destination":"/run/redis"']);
  });

  it("Redis' password is in no container's settings and no log, and another container on its network is rejected", async () => {
    const password = (await project.compose("exec", "-T", "redis", "cat", "/run/redis/password")).trim();
    expect(password).toMatch(/^[\da-f]{64}$/);
    for (const service of ["redis", "worker", "web-1"])
      expect(JSON.stringify(await project.inspect(service))).not.toContain(password);
    expect(await project.compose("logs")).not.toContain(password);
    expect(await project.compose("exec", "-T", "redis", "valkey-cli", "DBSIZE")).toContain("NOAUTH");
  });

  it("the issued certificates belong to the owner of the checkout", () => {
    const { uid } = statSync(project.certificates);
    for (const name of ["", "ca.crt", "ca.key", "tls.crt", "tls.key"])
      expect([name, statSync(join(project.certificates, "issued", name)).uid]).toEqual([name, uid]);
    expect(statSync(join(project.certificates, "issued/ca.key")).mode & 0o777).toBe(0o600);
  });

  it("the client writes a good line within the first minute", async () => {
    await expect
      .poll(async () => (await clientLog()).join("\n"), { timeout: 70_000, interval: 1000 })
      .toMatch(/^\S+Z ok .* 200 .*$/m);
  });

  seenSuite(() => project, clientLog);

  it.each(["web-1", "worker", "client"])("the image of %s has the version of the repository", async (service) => {
    expect(await project.inspect(service)).toMatchObject({
      Config: { Labels: { "org.opencontainers.image.version": manifest.version } },
    });
  });

  it("the command that the client's hints print describes the certificates", async () => {
    const unused = { ca: undefined, address: undefined, identity: undefined };
    const { authority } = commandsOf({ ...unused, url: new URL(project.edge().url), place: "compose" });
    const [, , ...args] = authority.split(" ");
    const described = await project.compose(...args);
    expect(described).toContain("Edge certificate (/certs/issued/tls.crt)");
    expect(described).toContain('"docker compose run --rm certs --dir /certs/issued" renews it');
  });

  it("publishes only nginx; no other service is in a network with access to the outside", async () => {
    const leading: Record<string, [published: boolean, waysOut: number]> = {};
    for (const service of longRunning) {
      const ports = await project.compose("ps", "--format", "{{.Ports}}", service);
      leading[service] = [ports.includes("->"), (await project.waysOut(service)).length];
    }
    const inside = [false, 0];
    const others = Object.fromEntries(longRunning.slice(1).map((service) => [service, inside]));
    expect(leading).toEqual({ nginx: [true, 1], ...others });
  });

  it.each(longRunning)("%s runs read-only, without capabilities, privileges or root", async (service) => {
    expect(await project.inspect(service)).toMatchObject({
      Config: { User: expect.stringMatching(/^(65532|101|999):/) },
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        CapAdd: null,
        Privileged: false,
        SecurityOpt: ["no-new-privileges:true"],
      },
    });
  });

  it("killing one web, and then stopping the other, loses no request", async () => {
    const running = load();
    await pass(running, 100);
    await project.compose("kill", "web-1");
    await pass(running, 100);
    await project.compose("up", "--detach", "--wait", "web-1");
    await pass(running, 100);
    await project.compose("stop", "web-2");
    await pass(running, 100);
    await project.compose("up", "--detach", "--wait", "web-2");
    const { sent, ok, lost } = await running.stop();
    expect({ lost, ok }).toEqual({ lost: [], ok: sent });
  });

  it("a second up changes nothing, and new instances of web, one after the other, lose no request", async () => {
    const containers = (): Promise<string> => project.compose("ps", "--quiet", ...longRunning);
    const before = await containers();
    await project.compose("up", "--detach", "--wait", ...longRunning);
    expect(await containers()).toBe(before);
    const running = load();
    await pass(running, 50);
    for (const web of ["web-1", "web-2"])
      await project.compose("up", "--detach", "--build", "--wait", "--force-recreate", web);
    const { lost, sent } = await running.stop();
    expect({ lost, enough: sent > 100 }).toEqual({ lost: [], enough: true });
    expect(await containers()).not.toBe(before);
  });

  it("a renewed certificate with a new key is used without a command, and no request is lost", async () => {
    const dir = join(project.certificates, "issued");
    const running = load();
    await pass(running, 50);
    await issueAll({ dir, renew: true, newKey: true });
    const { fingerprint256 } = new X509Certificate(readFileSync(join(dir, "tls.crt")));
    await running.next(({ fingerprint }) => fingerprint === fingerprint256, 60_000);
    await pass(running, 50);
    expect((await running.stop()).lost).toEqual([]);
  });

  it("client and edge follow a CA's replacement without a restart, and no request is lost", async () => {
    const dir = join(project.certificates, "issued");
    const trusted = (): Promise<string> => project.compose("exec", "-T", "install", "cat", "/trust/ca.crt");
    await issueAll({ dir, now: new Date(Date.now() - 60_000), replace: { overlapMs: 60_000 } });
    const both = readFileSync(join(dir, "ca.crt"), "utf8");
    await expect.poll(trusted, { timeout: 60_000, interval: 1_000 }).toBe(both);

    const running = load();
    await pass(running, 50);
    await issueAll({ dir });
    const leaf = new X509Certificate(readFileSync(join(dir, "tls.crt")));
    expect(leaf.verify(new X509Certificate(both).publicKey)).toBe(false);
    await running.next(({ fingerprint }) => fingerprint === leaf.fingerprint256, 60_000);
    expect((await running.stop()).lost).toEqual([]);
    const seen = (await clientLog()).length;
    await expect
      .poll(async () => (await clientLog()).length, { timeout: 130_000, interval: 1_000 })
      .toBeGreaterThan(seen);
    expect((await clientLog()).filter((line) => / FAIL | flaky /.test(line))).toEqual([]);
  });
});
