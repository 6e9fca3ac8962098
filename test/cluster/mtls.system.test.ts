import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, type Question } from "../edge/ask.ts";
import { issue } from "../edge/certificates.ts";
import { describeWith } from "../support/requirements.ts";
import { edgeOf } from "./edge.ts";
import { deployed, type World } from "./world.ts";

let world: World;

const question: Question = { path: "/analyze", body: '{"text":"Hello, how are you?"}' };
const credential = (folder: string, name = "client"): { cert: string; key: string } => ({
  cert: readFileSync(`${folder}/${name}.crt`, "utf8"),
  key: readFileSync(`${folder}/${name}.key`, "utf8"),
});

describeWith(["cluster", "helm", "docker"], "client certificates at the ingress", () => {
  beforeAll(async () => {
    world = await deployed("--mtls");
  });
  afterAll(async () => {
    await deployed();
  });

  test("without one nothing passes", async () => {
    const reply = await ask(edgeOf(world), question);
    expect(reply.status).toBe(400);
    expect(reply.headers["x-served-by"]).toBeUndefined();
  });

  test("one by our second CA passes: it is what `deploy --mtls` verified itself with", async () => {
    const reply = await ask(edgeOf(world), { ...question, clientCertificate: credential(world.certificates) });
    expect(reply.status).toBe(200);
  });

  test("one by another CA does not, nor does the edge's own leaf", async () => {
    const foreign = await issue(true);
    for (const clientCertificate of [credential(foreign.dir), credential(world.certificates, "tls")]) {
      const reply = await ask(edgeOf(world), { ...question, clientCertificate });
      expect({ status: reply.status, servedBy: reply.headers["x-served-by"] }).toEqual({
        status: 400,
        servedBy: undefined,
      });
    }
  });
});
