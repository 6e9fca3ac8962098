import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { connect } from "../cluster/cluster.ts";
import type { RegistryLogin } from "../images/docker.ts";
import { applyNamespace } from "../minikube/trust.ts";
import { ecrLogin, hostOf, tryLogin } from "./login.ts";
import { pullSecret } from "./secret.ts";

surviveClosedPipes();

const usage = `usage: npm run registry-secret -- --registry HOST --user NAME [--namespace analyze] [--name registry]
Makes the Secret with which a cluster pulls from a registry, after the registry has taken the login. The password comes from
REGISTRY_PASSWORD_FILE, REGISTRY_PASSWORD or the input. REGISTRY is the default of --registry. For ECR no user is needed: the AWS
CLI gives a login of twelve hours. Then: npm run deploy:minikube -- --set image.pullSecrets={registry}`;

function options(args: string[]) {
  try {
    const own = { registry: { type: "string" }, user: { type: "string" } } as const;
    const named = {
      namespace: { type: "string", default: "analyze" },
      name: { type: "string", default: "registry" },
    } as const;
    return parseArgs({ args, options: { ...own, ...named } }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

async function password({
  REGISTRY_PASSWORD_FILE: file,
  REGISTRY_PASSWORD: given,
}: NodeJS.ProcessEnv): Promise<string> {
  if (file) return readFileSync(file, "utf8").trim();
  if (given) return given;
  if (process.stdin.isTTY) throw new UserError(`There is no password.\n${usage}`);
  return (await text(process.stdin)).trim();
}

async function loginFrom(registry: string, user: string | undefined): Promise<RegistryLogin> {
  const host = hostOf(registry);
  const ofEcr = user === undefined ? await ecrLogin(host) : null;
  if (ofEcr !== null) return ofEcr;
  if (host === "" || user === undefined) throw new UserError(usage);
  return { registry: host, user, password: await password(process.env) };
}

try {
  const { registry = process.env["REGISTRY"] ?? "", user, namespace, name } = options(process.argv.slice(2));
  const login = await loginFrom(registry, user);
  await tryLogin(login);
  const cluster = await connect();
  await applyNamespace(cluster, namespace);
  await cluster.apply(pullSecret(login, { name, namespace }));
  process.stdout.write(`Secret ${namespace}/${name} pulls from ${login.registry} as ${login.user}\n`);
} catch (error) {
  endWith(error);
}
