import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { createInterface } from "node:readline/promises";
import { connect, type Cluster } from "../cluster/cluster.ts";
import { deploy } from "./deploy.ts";
import { settleEdge } from "./edge.ts";
import { readOptions } from "./options.ts";
import { requireAddress } from "./reach.ts";
import { renew } from "./renew.ts";
import { undeploy } from "./undeploy.ts";

surviveClosedPipes();

/** Asks for confirmation before a change of a cluster that is neither minikube nor kind. */
async function consent({ context, kind, nodes }: Cluster, yes: boolean): Promise<void> {
  const named = `context ${context} (${nodes.length === 1 ? "1 node" : `${nodes.length} nodes`})`;
  if (kind !== "other" || yes) {
    process.stdout.write(`Cluster: ${kind}, ${named}\n`);
    return;
  }
  const refusal = new UserError(
    `${named} is neither minikube nor kind. To deploy there, add --yes; for another: kubectl config use-context …`,
  );
  if (!process.stdin.isTTY) throw refusal;
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`${named} is neither minikube nor kind. Deploy there? [y/N] `);
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw refusal;
}

try {
  const given = readOptions(process.argv.slice(2), process.env);
  requireAddress(given.address);
  const cluster = await connect();
  await consent(cluster, given.yes);
  const { options, note } = await settleEdge(cluster, given);
  if (note !== undefined) process.stdout.write(`Edge: ${options.edge}${note}\n`);
  await { deploy, undeploy, renew }[options.action](cluster, options);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  (error.exitCode === 0 ? process.stdout : process.stderr).write(`\n${error.message}\n`);
  process.exitCode = error.exitCode;
}
