import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { startProgram } from "../../test/support/program.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { checkOut } from "./support/checkout.ts";
import { type Ecr, startEcr } from "./support/ecr.ts";
import { gaps } from "../../deploy/pipeline/emulator-gaps.ts";
import { environment } from "./support/fixture.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { pullAndRun, removePulled } from "./support/pulled.ts";
import { cliConfig } from "./support/terraform.ts";

function versionOf(image: string): string {
  const format = '{{index .Config.Labels "org.opencontainers.image.version"}}';
  return spawnSync("docker", ["inspect", "--format", format, image], { encoding: "utf8" }).stdout.trim();
}

/**
 * Real: the command, Terraform, Docker and its login, the Dockerfile, the images. moto replaces AWS; the reference
 * registry replaces ECR's image half, without TLS on loopback: support/ecr.ts. It accepts pushes over a tag, so they
 * are counted.
 */
describeWith(
  ["terraform", "moto", "docker", "docker-registry", "htpasswd"],
  "npm run deploy, with the real images",
  () => {
    const project = checkOut();
    const folder = join(project, "cdktf");
    let moto: Moto;
    let ecr: Ecr;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      moto = await startMoto();
      ecr = await startEcr(moto);
      env = { ...process.env, ...environment(), ...cliConfig(), ...moto.env, ...ecr.env };
      await npm("synth");
      const stack = join(folder, "cdktf.out", "stacks", "dev");
      writeFileSync(join(stack, "moto_override.tf.json"), JSON.stringify(gaps(stack)));
    });

    afterAll(async () => {
      removePulled();
      await ecr.stop();
      await moto.stop();
    });

    async function npm(...args: string[]): Promise<string> {
      const program = startProgram("npm", ["run", ...args], { cwd: folder, env });
      expect([await program.ended, program.output()]).toEqual([0, expect.anything()]);
      return program.output();
    }

    /** The pushed images, sorted, after `count` pushes. */
    async function pushed(count: number): Promise<string[]> {
      await vi.waitUntil(() => ecr.pushes.length >= count, { timeout: 20_000 });
      return ecr.pushes.toSorted();
    }

    it("builds and pushes web, worker and client, each with a tag of its content", async () => {
      const output = await npm("deploy", "--", "--yes");
      expect(output).toMatch(/Apply complete!/);
      expect(await pushed(3)).toEqual([
        expect.stringMatching(/^analyze-dev\/client:src-[0-9a-f]{16}$/),
        expect.stringMatching(/^analyze-dev\/web:src-[0-9a-f]{16}$/),
        expect.stringMatching(/^analyze-dev\/worker:src-[0-9a-f]{16}$/),
      ]);
      expect(output).not.toContain(ecr.login.password);
      for (const image of ecr.pushes) expect(versionOf(`${ecr.login.registry}/${image}`)).toBe(manifest.version);
    });

    it("the images, pulled from there with the password, answer POST /analyze", async () => {
      const answer = await fetch(`${await pullAndRun(ecr)}/analyze`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: "Hello, how are you?" }),
      });
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { processed_text: "Word Count: 4 | Reverse: ?uoy era woh ,olleH" },
      ]);
    });

    it("a second run changes nothing, finds the three tags, and neither builds nor pushes", async () => {
      const output = await npm("deploy", "--", "--yes");
      expect(output).toContain("No changes.");
      expect(output.match(/▸ \w+:src-[0-9a-f]{16} is in ECR already/g)).toHaveLength(3);
      expect(output).not.toContain("building");
      expect(await pushed(3)).toHaveLength(3);
    });

    it("after a change in web's source it pushes only web, with a new tag", async () => {
      const before = await pushed(3);
      const home = join(project, "server/src/web/routes/home.ts");
      writeFileSync(home, readFileSync(home, "utf8").replace('message: "Welcome.', 'message: "Welcome back.'));
      const output = await npm("deploy", "--", "--yes");
      expect(output.match(/▸ building \w+/g)).toEqual(["▸ building web"]);
      const fresh = (await pushed(4)).filter((image) => !before.includes(image));
      expect(fresh).toEqual([expect.stringMatching(/^analyze-dev\/web:src-[0-9a-f]{16}$/)]);
    });
  },
);
