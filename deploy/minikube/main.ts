import { UserError } from "@analyze/common/errors";
import { createInterface } from "node:readline/promises";
import { connect, type Cluster } from "../cluster/cluster.ts";
import { runCommand } from "../run.ts";
import { deploy } from "./deploy.ts";
import { readOptions } from "./options.ts";
import { renew } from "./renew.ts";
import { undeploy } from "./undeploy.ts";

/** On a cluster that is not for trying things out, a person decides. */
async function consent({ context, kind, nodes }: Cluster, yes: boolean): Promise<void> {
  const named = `context ${context} (${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`})`;
  if (kind !== "other" || yes) {
    process.stdout.write(`Cluster: ${kind}, ${named}\n`);
    return;
  }
  const refusal = new UserError(`${named} is neither minikube nor kind: say --yes, or kubectl config use-context …`);
  if (!process.stdin.isTTY) throw refusal;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${named} is neither minikube nor kind. Go on there? [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw refusal;
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  const cluster = await connect(runCommand);
  await consent(cluster, options.yes);
  await { deploy, undeploy, renew }[options.action](runCommand, cluster, options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
