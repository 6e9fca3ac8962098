import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, errorCode, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { type Cluster, connect } from "../cluster/cluster.ts";
import type { RegistryLogin } from "../images/docker.ts";
import { hostOf } from "../images/registry.ts";
import { applyNamespace } from "../minikube/trust.ts";
import { ecrLogin, ecrRegion, tryLogin } from "./login.ts";
import { credentialsOf, refresher } from "./refresher.ts";
import { pullSecret } from "./secret.ts";

surviveClosedPipes();

const usage = `usage: npm run registry-secret -- --registry HOST --user NAME [--namespace analyze] [--name registry] [--refresh]
Makes the Secret with which a cluster pulls from a registry, after the registry has taken the login. The password comes from
REGISTRY_PASSWORD_FILE, REGISTRY_PASSWORD or the input. REGISTRY is the default of --registry. For ECR no user is needed: the AWS
CLI gives a login of twelve hours, and --refresh installs a CronJob that renews it, with the keys of an AWS user in the Secret
NAME-aws, who needs the policy AmazonEC2ContainerRegistryPullOnly. Then: npm run deploy:minikube -- --set image.pullSecrets={registry}`;

function options(args: string[]) {
  try {
    const own = { registry: { type: "string" }, user: { type: "string" } } as const;
    const named = {
      namespace: { type: "string", default: "analyze" },
      name: { type: "string", default: "registry" },
      refresh: { type: "boolean", default: false },
    } as const;
    return parseArgs({ args, options: { ...own, ...named } }).values;
  } catch (error) {
    // An argument that is no option may be a password.
    const isArgument = errorCode(error) === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL";
    throw new UserError(
      `${isArgument || !(error instanceof Error) ? "It takes only options." : error.message}\n${usage}`,
    );
  }
}

async function password({
  REGISTRY_PASSWORD_FILE: file,
  REGISTRY_PASSWORD: given,
}: NodeJS.ProcessEnv): Promise<string> {
  if (file) return fromFile(file);
  if (given) return given;
  const typed = process.stdin.isTTY ? "" : (await text(process.stdin)).replace(/\r?\n$/, "");
  if (typed === "") throw new UserError(`There is no password.\n${usage}`);
  return typed;
}

function fromFile(file: string): string {
  try {
    return readFileSync(file, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new UserError(`REGISTRY_PASSWORD_FILE cannot be read (${errorCode(error)}): it must be the path of a file.`, {
      cause: error,
    });
  }
}

async function loginFrom(registry: string, user: string | undefined): Promise<RegistryLogin> {
  if (registry === "") throw new UserError(usage);
  const host = hostOf(registry);
  const ofEcr = user === undefined ? await ecrLogin(host) : null;
  if (ofEcr !== null) return ofEcr;
  if (user === undefined) throw new UserError(usage);
  return { registry: host, user, password: await password(process.env) };
}

function regionOf(registry: string): string {
  const region = ecrRegion(hostOf(registry));
  if (region === null) throw new UserError("--refresh is for ECR: no other login ends after twelve hours.");
  return region;
}

async function requireCredentials(cluster: Cluster, namespace: string, secret: string): Promise<void> {
  if ((await cluster.find("secret", secret, "--namespace", namespace, "-o", "name")) !== "") return;
  throw new UserError(
    `The CronJob needs the keys of an AWS user. Write AWS_ACCESS_KEY_ID=… and AWS_SECRET_ACCESS_KEY=… into a file, and run:
kubectl create secret generic ${secret} --namespace ${namespace} --from-env-file=FILE
Then run this command again.`,
    { exitCode: 1 },
  );
}

try {
  answerHelp(usage, process.argv.slice(2));
  const given = options(process.argv.slice(2));
  const { registry = process.env["REGISTRY"] ?? "", user, namespace, name, refresh } = given;
  const region = refresh ? regionOf(registry) : null;
  const login = await loginFrom(registry, user);
  await tryLogin(login);
  const cluster = await connect();
  await applyNamespace(cluster, namespace);
  await cluster.apply(pullSecret(login, { name, namespace }));
  process.stdout.write(`Secret ${namespace}/${name} pulls from ${login.registry} as ${login.user}\n`);
  if (region !== null) {
    await requireCredentials(cluster, namespace, credentialsOf(name));
    await cluster.apply(...refresher({ registry: login.registry, region, namespace, name }));
    process.stdout.write(`CronJob ${namespace}/${name}-refresh renews it every six hours\n`);
  }
} catch (error) {
  endWith(error);
}
