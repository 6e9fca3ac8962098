import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { goodAnswer, openStage, overTls, type Stage } from "../../../test/stage.ts";
import { advise } from "./advice.ts";
import { inspectCertificate } from "./inspect.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => stage.close());

it("looking at a certificate sends no request", async () => {
  let requests = 0;
  stage.play(overTls(stage.leaf, () => (requests += 1)));
  const shown = await inspectCertificate(stage.target, 5000);
  expect(shown).toMatchObject({ signer: "ours", certificate: { subject: "analyze.test" } });
  expect(requests).toBe(0);
});

it("a silent port ends in nothing to show, in time", async () => {
  stage.play(() => undefined);
  expect(await inspectCertificate(stage.target, 200)).toBeUndefined();
});

it("an edge whose certificate has not changed is not blamed: the CA file here has changed", async () => {
  stage.play(overTls(stage.leaf, goodAnswer));
  const shown = await inspectCertificate(stage.target, 5000);
  const attempt = { ms: 1, phases: {} };
  const situation = { target: stage.target, requestId: "x", attempt, shown, now: Date.now() };
  const verdict = { hop: "tls-trust", err: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" } as const;
  const advice = advise({ ...situation, verdict, trusted: shown?.certificate.fingerprint });
  expect(advice?.means).toMatch(/has not changed: the CA file here has/);
});

it("verification is not enforced in one file of the client alone", () => {
  const root = join(import.meta.dirname, "../..");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  );
  const lax = files.filter((file) =>
    /rejectUnauthorized: (?!true)|checkServerIdentity/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(lax).toEqual([join("poller", "probe", "inspect.ts")]);
});
