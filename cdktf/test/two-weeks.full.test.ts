import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { DeleteBucketPolicyCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { Account } from "./support/account.ts";
import { documentedCommands, runElsewhere, typedCommands } from "./support/documented-commands.ts";
import { type Ecr, startEcr } from "./support/ecr.ts";
import { bootInstance, type EmulatedHost } from "./support/emulated-host.ts";
import { environment, temporaryFolder } from "./support/fixture.ts";
import { type Home, startHome } from "./support/home.ts";
import { type Moto, startMoto } from "./support/moto.ts";
import { Person } from "./support/person.ts";
import { freePort } from "../../test/support/ports.ts";
import { makeKey } from "./support/sshd.ts";
import { cliConfig } from "./support/terraform.ts";

const deploy = "npm run deploy -- --my-ip";
const replace = "npm run deploy -- --replace-host";
const destroy = "npm run destroy";
const update = "npm run client:update";
const statusOfHost = "npm run host -- status [--json]";
const logOfHost = "npm run host -- log [-f] [-n 50]";
const updateHost = "npm run host -- update";
const moveState = "npm run state -- --to <s3|local>";
const unlock = "npm run state -- --unlock";
const [yes, no, short] = [{ answer: "yes\n" }, { answer: "no\n" }, { short: true }] as const;
const needs = ["terraform", "moto", "docker", "docker-registry", "htpasswd", "sshd", "root"] as const;

/**
 * One person's two weeks, then another's. Each command is one of README.md or docs/aws.md:
 * support/documented-commands.ts. moto replaces AWS, a container with systemd the instance, a registry on loopback
 * ECR's images.
 */
describeWith([...needs], "two weeks of stage dev, by the documented commands", () => {
  let moto: Moto;
  let ecr: Ecr;
  let home: Home;
  let account: Account;
  let person: Person;
  let host: EmulatedHost | undefined;
  let env: NodeJS.ProcessEnv;
  let sshPort: number;
  let authorized: string;
  let stateBucket: string;
  /** Releases in the order of their publication. */
  const releases: string[] = [];

  beforeAll(async () => {
    [moto, home] = await Promise.all([startMoto(), startHome()]);
    ecr = await startEcr(moto);
    account = new Account(moto);
    const keyFile = join(temporaryFolder(), "id_ed25519");
    authorized = makeKey(keyFile);
    sshPort = await freePort();
    const user = { ANALYZE_SSH_USER: "root", ANALYZE_SSH_PORT: String(sshPort) };
    const way = { ...user, ANALYZE_SSH_PUBLIC_KEY_FILE: `${keyFile}.pub` };
    env = { ...process.env, ...cliConfig(), ...moto.env, ...ecr.env, ...home.env, ...way };
    person = new Person(env, environment()["ANALYZE_CA_FILE"]);
  });

  afterAll(async () => {
    await host?.stop();
    await ecr.stop();
    home.stop();
    await moto.stop();
  });

  async function boot(): Promise<EmulatedHost> {
    const way = { ec2: account.ec2, emulator: moto.url, port: sshPort, authorized };
    return bootInstance(await account.host(), way);
  }

  /** The release that a command says it has published; hosts read it. */
  async function published(output: string): Promise<string> {
    const release = /release ([0-9a-f]{64}) is published/.exec(output)?.[1] ?? "";
    expect(await account.current()).toBe(release);
    releases.push(release);
    return release;
  }

  it("day 1: deploy asks for confirmation, creates the stage, publishes the client and pushes the images", async () => {
    await person.adapt();
    await person.types(destroy, {}, 0, "there is nothing to delete");
    await person.types(update, {}, 1, "run `npm run deploy` first");
    await person.types(deploy, no, 1, "Apply cancelled");
    expect(await account.left()).toEqual([]);
    await published(await person.types(deploy, yes, 0, "Apply complete!"));
    expect(await account.sshFrom()).toEqual(["203.0.113.7/32"]);
    await vi.waitUntil(() => ecr.pushes.length === 3, { timeout: 20_000 });
  });

  it("day 1: the host boots and installs the release", async () => {
    host = await boot();
    const { InstanceId, PublicIpAddress } = await account.host();
    expect(await person.types(statusOfHost, short, 0, `running ${releases[0]?.slice(0, 12)}`)).toContain(
      PublicIpAddress,
    );
    await person.types(statusOfHost, {}, 0, `"id":"${InstanceId}"`);
    await person.types(logOfHost, short, 0, /Z start /);
    await person.types("npm run host -- ssh", { answer: "analyze report --line; exit 7\n" }, 7);
  });

  it("day 2: deploy applies a new home address without a change of the host", async () => {
    const before = await account.host();
    home.address = "198.51.100.9";
    await person.types(deploy, yes, 0, "SSH is open to 198.51.100.9/32");
    expect(await account.sshFrom()).toEqual(["198.51.100.9/32"]);
    expect((await account.host()).InstanceId).toBe(before.InstanceId);
  });

  it("day 3: client:update publishes a new schedule, which the host installs", async () => {
    const settings = { ANALYZE_SCHEDULE: "*/5 * * * *" };
    const release = await published(await person.types(update, { settings }, 0));
    await person.types(updateHost, {}, 0, `running ${release}`);
    await person.types(logOfHost, short, 0, /schedule="\*\/5 /);
    expect(new Set(releases).size).toBe(2);
  });

  it("day 4: the host rejects a bad release, keeps the previous one and reports it", async () => {
    const main = join(person.folder, "../client/src/main.ts");
    const good = readFileSync(main, "utf8");
    writeFileSync(main, `throw new Error("broken");\n${good}`);
    const bad = await published(await person.types(update, {}, 0));
    writeFileSync(main, good);
    const refused = new RegExp(`${bad} does not start \\(try 1 of 5\\)[^]*${releases[1]} runs again`);
    await person.types(updateHost, {}, 1, refused);
    await person.types(statusOfHost, short, 0, `FAILED: ${bad} does not start`);
    expect(await account.current()).toBe(bad);
  });

  it("day 5: a rollback to the first release, then forward to the newest", async () => {
    const [first = "", second = ""] = releases;
    await person.types("npm run client:update -- --to <sha256>", { values: { sha256: first } }, 0);
    expect(await account.current()).toBe(first);
    await person.types(updateHost, {}, 0, `running ${first}`);
    await person.types("npm run plan", {}, 2, `release: ${first} → ${second}`);
    expect(await published(await person.types(update, {}, 0))).toBe(second);
    await person.types(updateHost, {}, 0, `running ${second}`);
  });

  it("day 8: deploy --replace-host saves the log, says what is lost, and creates another host", async () => {
    const before = await account.host();
    const log = host?.machine.read("/var/log/analyze.log") ?? "none";
    await person.types(replace, yes, 0, "it gets new SSH host keys and a new log");
    expect(readFileSync(join(person.folder, `state/dev-${before.InstanceId}.log`), "utf8").slice(0, log.length)).toBe(
      log,
    );
    const after = await account.host();
    expect(after.InstanceId).not.toBe(before.InstanceId);
    expect(after.PublicIpAddress).toBe(before.PublicIpAddress);
    await host?.stop();
    host = await boot();
    await person.types(statusOfHost, short, 0, `running ${releases[1]?.slice(0, 12)}`);
  });

  it("day 9: the state moves to S3, where this checkout finds it again", async () => {
    stateBucket = /export ANALYZE_STATE_BUCKET=(\S+)/.exec(await person.types("npm run bootstrap", {}, 0))?.[1] ?? "";
    // moto applies a Deny without its condition.
    await account.s3.send(new DeleteBucketPolicyCommand({ Bucket: stateBucket }));
    await person.types(moveState, { values: { "s3|local": "s3" }, settings: { ANALYZE_STATE_BUCKET: stateBucket } }, 0);
    expect(existsSync(join(person.folder, "state/dev.tfstate"))).toBe(false);
    await person.adapt(stateBucket);
    await person.types("npm run plan", {}, 0, "No changes.");
  });

  it("day 10: every command that changes something rejects a mistyped region", async () => {
    const mistyped = { ...yes, settings: { AWS_REGION: "eu-west-1" } };
    for (const command of [deploy, destroy, update]) {
      await person.types(command, mistyped, 2, "Set AWS_REGION=eu-central-1");
    }
    // Exit code 2 would mean that there are changes.
    await person.types("npm run plan", mistyped, 1, "Set AWS_REGION=eu-central-1");
    expect(await account.hosts()).toHaveLength(1);
  });

  it("day 11: an apply is killed while it creates a host: its lock and its host are named, and deploy continues", async () => {
    const before = await account.host();
    const apply = person.start(replace, yes);
    const isLost = async () => (await account.hosts()).find(({ InstanceId }) => InstanceId !== before.InstanceId);
    const lost = await vi.waitUntil(isLost, { timeout: 250_000, interval: 200 });
    person.killTerraform();
    expect([await apply.ended, apply.output()]).toEqual([1, expect.stringContaining("failed with exit code 137")]);
    await person.types("npm run plan", {}, 1, /is locked by \S+ since .*\(OperationTypeApply\).*-- --unlock/);
    await person.types(unlock, no, 1, "The lock stays.");
    await person.types(unlock, yes, 0, "the lock is removed");
    await person.types(deploy, yes, 0, new RegExp(`in no state[^]*instance ${lost.InstanceId}\n`));
    await person.types(statusOfHost, short, 1, "2 hosts of stage dev");
    await account.ec2.send(new TerminateInstancesCommand({ InstanceIds: [lost.InstanceId ?? ""] }));
    expect((await account.host()).InstanceId).not.toBe(before.InstanceId);
  });

  it("day 12: a second person is rejected without the state's bucket, and works with it", async () => {
    const who = new Person(env);
    const ca = { ANALYZE_CA_FILE: join(person.folder, "../certs/issued/ca.crt") };
    for (const command of [deploy, destroy, update]) {
      await who.types(command, { ...yes, settings: ca }, 2, /is in eu-central-1 already[^]*Set ANALYZE_STATE_BUCKET/);
    }
    const settings = { ANALYZE_STATE_BUCKET: stateBucket, ANALYZE_SSH_PUBLIC_KEY_FILE: "" };
    await who.adapt(stateBucket);
    await who.types("npm run plan", { settings }, 0, /ANALYZE_SSH_CIDR="198\.51\.100\.9\/32"[^]*No changes\./);
    expect(await account.hosts()).toHaveLength(1);
  });

  it("day 13: the state moves back", async () => {
    const settings = { ANALYZE_STATE_BUCKET: stateBucket };
    await person.types(moveState, { values: { "s3|local": "local" }, settings }, 0);
    expect(existsSync(join(person.folder, "state/dev.tfstate"))).toBe(true);
    await person.adapt();
    await person.types("npm run plan", {}, 0, "No changes.");
  });

  it("day 14: destroy asks for confirmation, deletes the stage, and leaves nothing with its tags", async () => {
    await host?.stop();
    host = undefined;
    await person.types(destroy, no, 1, "Destroy cancelled");
    expect(await account.hosts()).toHaveLength(1);
    expect(await person.types(destroy, yes, 0, "stage dev is gone")).not.toContain("in no state");
    expect([await account.left(), await account.buckets()]).toEqual([[], [stateBucket]]);
    expect(existsSync(join(person.folder, "state/dev.settings.json"))).toBe(false);
    await person.types(destroy, {}, 0, "there is nothing to delete");
  });

  it("types every command of README and docs/aws.md that no other test runs", () => {
    const left = [...documentedCommands()].filter((command) => !typedCommands.has(command));
    expect(left.toSorted()).toEqual(Object.keys(runElsewhere).toSorted());
  });
});
