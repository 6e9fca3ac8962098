import { UserError } from "@analyze/common/errors";
import { writeFile } from "node:fs/promises";
import { EC2Client } from "@aws-sdk/client-ec2";
import { inRegion } from "../aws.ts";
import { readHostConfig } from "./config.ts";
import { findInstance } from "./instance.ts";
import { run } from "../../../deploy/run.ts";
import { refusal } from "../../../deploy/ssh/refusal.ts";
import { makeStateFolder } from "../state/place.ts";
import { pinFromConsole, sshCommand } from "./remote.ts";

/** Oldest first. Fails if there is no log: an empty file must not count as a saved log. */
const wholeLog = "test -f /var/log/analyze.log && ls -tr /var/log/analyze.log* | xargs sudo zcat -f";

/** Copies the client's log and its rotated files to cdktf/state/. Returns the file. Rejects with a UserError. */
export async function saveLog(env: NodeJS.ProcessEnv): Promise<string> {
  const config = readHostConfig(env);
  if (config.access === "ssm")
    throw new UserError("Save the log first: `npm run host -- ssh`, then copy /var/log/analyze.log*.", { exitCode: 1 });
  const ec2 = new EC2Client(inRegion(config.region));
  const host = { config, instance: await findInstance(ec2, config) };
  await pinFromConsole(ec2, host);
  const [program, args] = sshCommand(host, wholeLog);
  const { code, stdout, stderr } = await run(program, ["-o", "BatchMode=yes", ...args], { timeoutMs: 120_000 });
  if (code !== 0) {
    const why = (await refusal(stderr, config.identityFile)) ?? "`npm run host -- ssh` shows why.";
    throw new UserError(`The log of ${host.instance.id} could not be saved. ${why} Nothing was changed.`, {
      exitCode: 1,
    });
  }
  await makeStateFolder();
  const file = `state/${config.stage}-${host.instance.id}.log`;
  await writeFile(file, stdout);
  return `cdktf/${file}`;
}
