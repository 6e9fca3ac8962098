import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { run } from "../../deploy/run.ts";
import { ask, type Question, type Reply } from "../edge/ask.ts";
import { issue } from "../edge/certificates.ts";
import { ownTasks } from "../edge/own-tasks.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { deployed, type World } from "./world.ts";

let world: World;

const question: Question = { path: "/analyze", body: '{"text":"Hello, how are you?"}' };
const credential = (folder: string, name = "client"): { cert: string; key: string } => ({
  cert: readFileSync(`${folder}/${name}.crt`, "utf8"),
  key: readFileSync(`${folder}/${name}.key`, "utf8"),
});

const patience = { timeout: 30_000, interval: 500 };
const perSecond = 5;
const rate = `edge.rateLimit.requestsPerSecond=${perSecond},edge.rateLimit.burstMultiplier=1`;

describeWith(["cluster", "helm", "docker"], "client certificates and a rate limit at the ingress", () => {
  beforeAll(async () => {
    world = await deployed("--mtls", "--patch-controller", "--set", rate);
  });

  it("a client without a certificate is rejected", async () => {
    // The deployment was verified with a certificate, which the controller also accepts before it requires one.
    await expect.poll(async () => (await ask(edgeOf(world), question)).status, patience).toBe(400);
    const reply = await ask(edgeOf(world), question);
    expect(reply.headers["x-served-by"]).toBeUndefined();
  });

  it("a certificate of our clients' CA is accepted: `deploy --mtls` used it for its verification", async () => {
    const reply = await ask(edgeOf(world), { ...question, clientCertificate: credential(world.certificates) });
    expect(reply.status).toBe(200);
  });

  it("helm test sends one, and passes", async () => {
    const { code, stdout, stderr } = await run("helm", ["test", "analyze", "-n", world.namespace, "--logs"]);
    expect({ code, text: stdout + stderr }).toMatchObject({ code: 0, text: expect.stringContaining("Succeeded") });
  });

  it("a certificate of another CA is rejected, and so is the edge's own leaf", async () => {
    const foreign = await issue(true);
    for (const clientCertificate of [credential(foreign.dir), credential(world.certificates, "tls")]) {
      const reply = await ask(edgeOf(world), { ...question, clientCertificate });
      expect({ status: reply.status, servedBy: reply.headers["x-served-by"] }).toEqual({
        status: 400,
        servedBy: undefined,
      });
    }
  });

  it("web gets the certificate's subject as the caller's name, whatever the client's headers say", async () => {
    const read = await ownTasks(edgeOf(world), credential(world.certificates), "ssl-client-subject-dn");
    expect(read).toEqual([200, 200, 200, 200]);
  });

  it("requests above the rate get 429 from the edge, and the others are answered", async () => {
    const clientCertificate = credential(world.certificates);
    const sent = 60;
    let replies: Reply[] = [];
    let seconds = 0;
    const seen = (status: number): number => replies.filter((reply) => reply.status === status).length;
    const flood = async (): Promise<number> => {
      const start = performance.now();
      replies = await Promise.all(
        Array.from({ length: sent }, () => ask(edgeOf(world), { path: "/random", clientCertificate })),
      );
      seconds = (performance.now() - start) / 1000;
      return seen(429);
    };
    await expect.poll(flood, { timeout: 90_000, interval: 500 }).toBeGreaterThan(0);
    expect(seen(200) + seen(429)).toBe(sent);
    expect(seen(200)).toBeGreaterThan(0);
    // On a slow machine requests spread over seconds: besides the first and the burst, the rate may pass.
    expect(seen(200)).toBeLessThanOrEqual(1 + perSecond * (1 + seconds));
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.headers["x-served-by"]).toBeUndefined();
  });
});
