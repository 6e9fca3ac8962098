import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { runCommand } from "../../ingress/deploy/command.ts";
import { handshake } from "../../ingress/deploy/reach.ts";
import { ask, type Question } from "../edge/ask.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge-of.ts";
import { deployed, script, type World } from "./world.ts";

let world: World;

async function renewTimes(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await script("renew");
}

describeWith(["cluster", "helm", "docker", "sslyze", "openssl"], "TLS at the ingress", () => {
  beforeAll(async () => {
    world = await deployed("--patch-controller");
  });

  test("the leaf is for our host alone, by a CA that is constrained to it, and good for 366 days at most", async () => {
    const leaf = new X509Certificate(readFileSync(`${world.certificates}/tls.crt`));
    const served = await handshake(world.address, world.host, world.ca);
    expect(served).toEqual({ verified: true, fingerprint: leaf.fingerprint256 });
    expect(leaf.subjectAltName).toContain(`DNS:${world.host}`);
    expect(leaf.ca).toBe(false);
    expect((leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 86_400_000).toBeLessThanOrEqual(366);
    const text = await runCommand("openssl", ["x509", "-noout", "-text", "-in", `${world.certificates}/ca.crt`]);
    expect(text.stdout).toMatch(/Name Constraints: critical\s+Permitted:[^]*DNS:analyze\.test/);
  });

  test("sslyze finds it compliant with Mozilla's intermediate profile", async () => {
    const ca = `${world.certificates}/ca.crt`;
    const { stdout } = await runCommand("sslyze", [
      "--mozilla_config=intermediate",
      `--certinfo_ca_file=${ca}`,
      `${world.host}:443{${world.address.split(":")[0]}}`,
    ]);
    expect(stdout).toContain(`${world.host}:443: OK - Compliant`);
  }, 120_000);

  test.each<[string, Question, number]>([
    ["an answer", { path: "/random" }, 200],
    ["an error of the app", { path: "/nothing-here" }, 404],
    ["an error of the edge", { path: "/analyze", body: " ".repeat(1024 * 1024 + 1) }, 413],
  ])("HSTS for two years is on %s", async (_, question, status) => {
    const reply = await ask(edgeOf(world), question);
    expect(reply.status).toBe(status);
    const [, age] = /max-age=(\d+)/.exec(reply.headers["strict-transport-security"] ?? "") ?? [];
    expect(Number(age)).toBeGreaterThanOrEqual(63_072_000);
  });

  test("the controller's own certificate is served for no name: others get no handshake at all", async () => {
    for (const name of ["other.test", `x.${world.host}`]) {
      const { verified, reason } = { reason: "", ...(await handshake(world.address, name, world.ca)) };
      expect({ name, verified }).toEqual({ name, verified: false });
      expect(reason).toMatch(/unrecognized name/);
    }
  });

  test("while the Secret is replaced 3 times, every handshake shows one of our leaves", async () => {
    const over = new AbortController();
    const replaced = renewTimes(3).finally(() => over.abort());
    const reasons: string[] = [];
    let count = 0;
    while (!over.signal.aborted) {
      const result = await handshake(world.address, world.host, world.ca);
      if (!result.verified) reasons.push(result.reason);
      count += 1;
    }
    await replaced;
    expect({ reasons, enough: count > 20 }).toEqual({ reasons: [], enough: true });
  });
});
