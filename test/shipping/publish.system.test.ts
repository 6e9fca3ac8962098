import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { imageNames } from "../../deploy/images/images.ts";
import { type ImageRecord, readRecord, writeRecord } from "../../deploy/images/record.ts";
import { describeWhere } from "../support/requirements.ts";
import { type Builder, docker, startBuilder } from "./builder.ts";

const root = process.cwd();

/** A commit of the project's current files, cloned into a separate folder, with links to its dependencies. */
function clone(folder: string, name: string): string {
  const place = join(folder, name);
  const from = join(folder, "origin");
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" });
  if (!existsSync(from)) {
    git("clone", "--quiet", "--no-hardlinks", root, from);
    const changed = git("ls-files", "--modified", "--others", "--exclude-standard")
      .split("\n")
      .filter((path) => path && existsSync(path));
    if (changed.length > 0)
      execFileSync("sh", ["-c", `tar -cf - "$@" | tar -xf - -C "$0"`, from, ...changed], { cwd: root });
    const author = ["-c", "user.name=test", "-c", "user.email=test@example.test"];
    git("-C", from, "add", "--all");
    git("-C", from, ...author, "commit", "--quiet", "--allow-empty", "--message", "now");
  }
  git("clone", "--quiet", from, place);
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  return place;
}

function npmScript(name: keyof typeof manifest.scripts, cwd: string, args: string[], env: NodeJS.ProcessEnv) {
  const [file = "", ...own] = manifest.scripts[name].split(" ").slice(3);
  const all = [join(cwd, file), ...own, ...args];
  return spawnSync(process.execPath, all, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 26,
  });
}

/** The command's output. Throws with the output if it failed. */
function succeed({ status, stdout, stderr }: ReturnType<typeof npmScript>): string {
  if (status !== 0) throw new Error(`exit code ${status}:\n${stdout}${stderr}`);
  return stdout;
}

describeWhere(
  "shipping",
  ["docker", "docker-registry", "htpasswd", "root"],
  "images, pushed to a registry with a password",
  () => {
    let builder: Builder;
    const records: ImageRecord[] = [];
    const file = (name: string): string => join(builder.folder, name, "images.json");
    const key = (name: string): string => join(builder.folder, name);
    const env = (): NodeJS.ProcessEnv => ({ ...builder.env, COSIGN_PASSWORD: "of-this-run" });
    const inspect = (...args: string[]): string =>
      docker(["buildx", "imagetools", "inspect", ...args], builder.env).trim();

    const verify = (record: string, by = "cosign.pub") =>
      npmScript("verify-images", root, ["--key", key(by), "--record", file(record)], env());

    /** The message of a verification that must fail. */
    function refusal(record: string, by?: string): { status: number | null; stderr: string } {
      const { status, stderr } = verify(record, by);
      return { status, stderr };
    }

    beforeAll(async () => {
      builder = await startBuilder();
      for (const name of ["one", "two"]) {
        const place = clone(builder.folder, `checkout-${name}`);
        const target = ["--push", `${builder.registry}/${name}`, "--record", file(name)];
        succeed(npmScript("images", place, [...target, "--base", builder.base, "--no-cache"], env()));
        records.push(readRecord(file(name)));
      }
      for (const prefix of ["cosign", "other"]) {
        const args = ["generate-key-pair", "--output-key-prefix", key(prefix)];
        execFileSync("cosign", args, { env: { ...process.env, ...env() } });
      }
      succeed(npmScript("sign-images", root, ["--key", key("cosign.key"), "--record", file("one")], env()));
    }, 900_000);
    afterAll(() => builder.stop());

    /** Digest of each platform's manifest. */
    function platformsOf(reference: string): string[] {
      const { manifests }: { manifests: { digest: string; platform: { os: string } }[] } = JSON.parse(
        inspect("--raw", reference),
      );
      return manifests.filter(({ platform }) => platform.os !== "unknown").map(({ digest }) => digest);
    }

    it.each(imageNames)(
      "%s: one commit gives the same platform manifest twice, from two folders, without a cache",
      (name) => {
        const [one = [], two] = records.map(({ images }) => platformsOf(images[name] ?? ""));
        expect(one.length).toBeGreaterThan(0);
        expect(one).toEqual(two);
      },
    );

    it("the record and the labels name version, commit and the base's digest", () => {
      const [record] = records;
      const args = { cwd: join(builder.folder, "origin"), encoding: "utf8" } as const;
      const revision = execFileSync("git", ["rev-parse", "HEAD"], args).trim();
      const digest = expect.stringMatching(/^sha256:/);
      expect(record).toMatchObject({ version: manifest.version, revision, base: { digest } });
      expect(
        JSON.parse(inspect("--format", "{{json .Image.Config.Labels}}", record?.images["web"] ?? "")),
      ).toMatchObject({
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.version": manifest.version,
        "org.opencontainers.image.base.digest": record?.base.digest,
      });
    });

    it("they are not readable without the password", () => {
      const { status, stderr } = npmScript(
        "verify-images",
        root,
        ["--key", key("cosign.pub"), "--record", file("one")],
        {
          ...env(),
          DOCKER_CONFIG: builder.folder,
        },
      );
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/Do not deploy it/) });
    });

    it("signature, bill of materials and provenance are verified with the key of the signer", () => {
      const printed = succeed(verify("one"));
      for (const name of imageNames) expect(printed).toMatch(new RegExp(`${name}: provenance … linux/`));
    });

    it.each(["hono", "undici", "@hono/node-server"])(
      "the bill of materials has the bundled %s with its version",
      (name) => {
        const bill = readFileSync(join(builder.folder, "one/sbom/web.spdx.json"), "utf8");
        const { packages }: { packages: { name: string; versionInfo?: string }[] } = JSON.parse(bill);
        const versionInfo = JSON.parse(readFileSync("package-lock.json", "utf8")).packages[`node_modules/${name}`]
          .version;
        expect(packages).toContainEqual(expect.objectContaining({ name, versionInfo }));
      },
    );

    it("another key and unsigned images are rejected", () => {
      const refused = { status: 1, stderr: expect.stringMatching(/is not signed by this signer. Do not deploy it/) };
      expect(refusal("one", "other.pub")).toEqual(refused);
      expect(refusal("two")).toEqual(refused);
    });

    it("a signed tag that was overwritten is rejected, and the record still has the signed digest", () => {
      const web = `${builder.registry}/one/web`;
      const [, unsigned] = records.map(({ images }) => images["web"] ?? "");
      docker(["buildx", "imagetools", "create", "--tag", `${web}:${manifest.version}`, unsigned ?? ""], builder.env);
      succeed(verify("one"));
      const moved = JSON.parse(inspect("--format", "{{json .Manifest}}", `${web}:${manifest.version}`)).digest;
      writeRecord(file("moved"), { ...readRecord(file("one")), images: { web: `${web}@${moved}` } });
      expect(refusal("moved")).toEqual({ status: 1, stderr: expect.stringMatching(/is not signed by this signer/) });
    });

    it("a record with tags is rejected", () => {
      writeFileSync(file("moved"), readFileSync(file("one"), "utf8").replaceAll(/@sha256:[0-9a-f]+(?=")/g, ":latest"));
      expect(refusal("moved")).toEqual({
        status: 2,
        stderr: expect.stringMatching(/images\.web: must end with @sha256/),
      });
    });
  },
);
