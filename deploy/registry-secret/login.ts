import { failure, must } from "../run.ts";
import type { RegistryLogin } from "../images/docker.ts";

/** `host[:port]` of ECR, with the region. */
const ecr = /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** The region of a host of ECR; null: another registry. Pure. */
export function ecrRegion(registry: string): string | null {
  return ecr.exec(registry)?.[1] ?? null;
}

/** A login for ECR from the AWS CLI, valid for twelve hours. Rejects with a UserError; null: not ECR. */
export async function ecrLogin(registry: string): Promise<RegistryLogin | null> {
  const region = ecrRegion(registry);
  if (region === null) return null;
  return {
    registry,
    user: "AWS",
    password: (await must("aws", ["ecr", "get-login-password", "--region", region])).trim(),
  };
}

/**
 * Checks whether the registry accepts the login, like a node (distribution's API, Basic or a token). Rejects with a UserError
 * that names the registry and never the password.
 */
export async function tryLogin({ registry, user, password }: RegistryLogin): Promise<void> {
  const scheme = /^(127\.|localhost(:|$)|\[::1\])/.test(registry) ? "http" : "https";
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const root = `${scheme}://${registry}/v2/`;
  const ask = async (url: string): Promise<Response> => {
    try {
      return await fetch(url, { headers: { authorization: basic }, signal: AbortSignal.timeout(15_000) });
    } catch (error) {
      throw failure(`${registry} did not answer: check its name, and whether this machine reaches it.`, error);
    }
  };
  const answer = await ask(root);
  const challenge = answer.headers.get("www-authenticate") ?? "";
  const [realm, service] = ["realm", "service"].map((name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1]);
  const isToken = /^bearer /i.test(challenge) && realm !== undefined;
  const final = isToken ? await ask(`${realm}?service=${encodeURIComponent(service ?? "")}`) : answer;
  if (final.ok) return;
  if (final.status === 401 || final.status === 403)
    throw failure(`${registry} refuses user ${user} with this password.`);
  throw failure(`${registry} answers ${final.status}: it is no image registry, or it is broken.`);
}
