import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { type Fake, fakeProgram } from "../../test/support/fake-program.ts";
import { isAlive } from "../../test/support/program.ts";
import { startStandIns } from "./stand-ins.ts";

afterEach(() => vi.unstubAllEnvs());

const released = { commit: "a".repeat(40), version: "1.2.3" };
const newFolder = (): string => mkdtempSync(join(tmpdir(), "stand-ins-"));

/** A registry that answers everything with an empty object, and records its process. Only these programs and Node are on the PATH. */
function programs(): Fake {
  const cosign = fakeProgram("cosign", [{ to: "generate-key-pair" }]);
  const registry = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const { addr } = JSON.parse(readFileSync(process.argv[3], "utf8")).http;
writeFileSync(${JSON.stringify(join(cosign.folder, "pid"))}, String(process.pid));
require("node:http").createServer((_, answer) => answer.end("{}")).listen(addr.split(":")[1], "127.0.0.1");
`;
  writeFileSync(join(cosign.folder, "docker-registry"), registry, { mode: 0o755 });
  vi.stubEnv("PATH", cosign.folder);
  return cosign;
}

const pidIn = (fake: Fake): number => Number(readFileSync(join(fake.folder, "pid"), "utf8"));

it("run on this machine: a registry, a key pair and the settings of a first deployment", async () => {
  const cosign = programs();
  const folder = newFolder();
  const running = await startStandIns(folder, released, false);
  const address = running.expressions()["vars.ECR"];
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(await (await fetch(`http://${address}/v2/`)).text()).toBe("{}");
  expect(running.hosts).toEqual({ "ghcr.io/": `${address}/` });
  expect(running.overrides).toMatchObject({
    SIGNER: `--key=${folder}/cosign.key`,
    TRUSTED: `--key=${folder}/cosign.pub`,
  });
  expect(readFileSync(running.env["ANALYZE_CA_FILE"] ?? "", "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
  expect(cosign.calls()).toEqual([`generate-key-pair --output-key-prefix ${folder}/cosign`]);
  expect(running.env["COSIGN_PASSWORD"]).not.toBe("");
  await running.stop();
  expect(isAlive(pidIn(cosign))).toBe(false);
});

it("give the plan's hash only after a job has written it into its summary", async () => {
  programs();
  const running = await startStandIns(newFolder(), released, false);
  const plan = (): string | undefined => running.expressions()["inputs.plan"];
  const before = plan();
  appendFileSync(running.env["GITHUB_STEP_SUMMARY"] ?? "", `approve it with the plan \`${"0f".repeat(32)}\`\n`);
  const after = plan();
  await running.stop();
  expect([before, after]).toEqual(["", "0f".repeat(32)]);
  expect(running.expressions()).toMatchObject({ "inputs.version": "v1.2.3" });
  expect(running.env).toMatchObject({ GITHUB_SHA: released.commit, GITHUB_REF_NAME: "v1.2.3" });
});

it("leave no registry behind where moto is missing", async () => {
  const cosign = programs();
  await expect(startStandIns(newFolder(), released, true)).rejects.toThrow(
    /^moto_server is not installed: pip install/,
  );
  expect(isAlive(pidIn(cosign))).toBe(false);
});

it("start nothing where cosign is missing", async () => {
  vi.stubEnv("PATH", newFolder());
  await expect(startStandIns(newFolder(), released, false)).rejects.toThrow(/^cosign is not installed/);
});
