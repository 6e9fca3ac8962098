import { UserError } from "@analyze/common/errors";
import { createAuthority, type Credential, issueClientLeaf, issueServerLeaf } from "./authority.ts";
import { certsCommand, hostFlags } from "./command.ts";
import { type AuthorityName, type CredentialName, type LeafName, pathsOf, readText, type Stored } from "./folder.ts";
import { isPermitted, parseHosts } from "./hosts.ts";
import { certificatesIn, factsOf } from "./inspect.ts";
import type { KeyKind } from "./keys.ts";
import { leafFault, missing, requested, switched } from "./leaf.ts";
import { withLock } from "./lock.ts";
import { advance, begin, type ReplaceOptions } from "./replace.ts";
import { readAuthority, readLeaf, requireValid } from "./states.ts";
import { recover, write } from "./transaction.ts";

/** `localhost` and the addresses are for `npm start`, where client and server share a machine. */
export const defaultHosts = ["analyze.test", "localhost", "127.0.0.1", "::1"];

export interface IssueOptions {
  dir: string;
  /** Default: the hosts of the folder's certificates; in an empty folder {@link defaultHosts}. */
  hosts?: readonly string[] | undefined;
  /** Default: that of the existing leaf; p256 for a first one. */
  keyKind?: KeyKind | undefined;
  /** Replaces also good leaves. They keep their keys. */
  renew?: boolean;
  /** Issues each leaf with a new key. */
  newKey?: boolean;
  /** Also issues the CA and the certificate for mutual TLS. */
  clients?: boolean;
  /** Starts a replacement of the CA. */
  replace?: ReplaceOptions | undefined;
  /** Default: the clock. */
  now?: Date;
}

/** The result for one credential. */
export interface Step {
  name: CredentialName;
  done: "kept" | "issued";
  /** Why it was issued, as the predicate of a sentence about the previous one. */
  why?: string;
  /** Whether its key differs from the previous one. */
  hasNewKey?: boolean;
  until: Date;
}

type Request = IssueOptions & { now: Date };

/** One CA and its leaf: the existing parts, and the parts to issue. */
interface Plan {
  names: [AuthorityName, LeafName];
  authority: Stored | undefined;
  leaf: Partial<Credential>;
  /** Why the leaf must be issued. */
  why: string | undefined;
}

/**
 * Ensures that `dir` holds a CA (`ca.crt`, `ca.key`) and a good leaf of it for the edge (`tls.crt`, `tls.key`). Issues
 * only missing or expiring parts, after a due step of a CA's replacement. Writes all files or none.
 * @throws UserError if a person must decide, or if the folder cannot be read or written.
 */
export async function issueAll(options: IssueOptions): Promise<Step[]> {
  const request = { ...options, hosts: options.hosts && parseHosts(options.hosts), now: options.now ?? new Date() };
  const { dir, now, replace } = request;
  try {
    if (!replace && !advance(dir, now)) {
      const plans = plansOf(request);
      if (plans.every(isDone)) return plans.flatMap((plan) => stepsOf(plan));
    }
    return await withLock(dir, () => change(request));
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UserError(`cannot write to ${dir}: ${error.message}`, { exitCode: 1, cause: error });
  }
}

async function change(request: Request): Promise<Step[]> {
  const { dir, now, replace } = request;
  recover(dir);
  const before = { ca: signing(dir), key: readText(dir, "tls.key") };
  if (replace) write(dir, await begin(request, replace));
  for (let due = advance(dir, now); due; due = advance(dir, now)) write(dir, await due(request));
  // During a replacement, the hosts are those of the existing CAs.
  const plans = plansOf(replace ? { ...request, hosts: undefined } : request);
  const files: Record<string, string> = {};
  const steps: Step[] = [];
  for (const plan of plans) {
    const issued = isDone(plan) ? {} : await issuePlan(request, plan);
    for (const [name, { certificate, key }] of Object.entries(issued)) {
      files[`${name}.crt`] = certificate;
      files[`${name}.key`] = key;
    }
    steps.push(...stepsOf(plan, issued));
  }
  if (Object.keys(files).length > 0) write(dir, { files });
  if (signing(dir) === before.ca) return steps;
  const hasNewKey = readText(dir, "tls.key") !== before.key;
  return steps.map((step) => afterSwitch(step, hasNewKey));
}

/** The CA that signs, in PEM. */
function signing(dir: string): string | undefined {
  return certificatesIn(readText(dir, "ca.crt") ?? "")[0];
}

/** The CA and the edge's leaf of a run that has switched to another CA: both are new. */
function afterSwitch(step: Step, hasNewKey: boolean): Step {
  if (step.done !== "kept" || !isOfServers(step.name)) return step;
  return { ...step, done: "issued", why: switched, hasNewKey: hasNewKey || step.name === "ca" };
}

function isOfServers(name: CredentialName): boolean {
  return name === "ca" || name === "tls";
}

function isDone({ authority, why }: Plan): boolean {
  return authority !== undefined && why === undefined;
}

function plansOf(request: Request): Plan[] {
  const server = planOf(request, ["ca", "tls"], request.hosts);
  return request.clients ? [server, planOf(request, ["clients-ca", "client"], undefined)] : [server];
}

function planOf(request: Request, names: Plan["names"], hosts: readonly string[] | undefined): Plan {
  const { dir, now, keyKind, renew } = request;
  const authority = readAuthority(dir, names[0]);
  const leaf = readLeaf(dir, names[1], authority);
  if (!authority) return { names, authority, leaf, why: missing };
  requireValid(dir, names[0], authority, now);
  const fault = leafFault(leaf, authority, { hosts, keyKind, now });
  const waits = fault?.canWait && authority.key === undefined && !renew;
  const why = waits ? undefined : (fault?.why ?? (renew ? requested : undefined));
  return { names, authority, leaf, why };
}

/** Issues the missing parts of a plan: the CA's pair if there is none, and the leaf. Returns only new pairs. */
async function issuePlan(request: Request, { names, authority, leaf }: Plan): Promise<Record<string, Credential>> {
  const [authorityName, leafName] = names;
  const { dir, now, keyKind, newKey } = request;
  const isServer = leafName === "tls";
  const before = leaf.certificate === undefined ? undefined : factsOf({ ...leaf, certificate: leaf.certificate });
  const kind = keyKind ?? before?.keyKind;
  const made =
    authority ??
    (await createAuthority({
      now,
      ...(isServer && { hosts: request.hosts ?? defaultHosts }),
      ...(keyKind && { keyKind }),
    }));
  const permitted = factsOf(made).hosts;
  const hosts = request.hosts ?? before?.hosts ?? permitted ?? defaultHosts;
  if (isServer && permitted) refuseOthers(hosts, permitted, dir);
  const isKept = leaf.key !== undefined && !newKey && (keyKind === undefined || keyKind === before?.keyKind);
  const options = { now, ...(kind && { keyKind: kind }), ...(isKept && leaf.key && { key: leaf.key }) };
  const signer = signerOf(dir, authorityName, made);
  const issued = isServer
    ? await issueServerLeaf(signer, { hosts, ...options })
    : await issueClientLeaf(signer, { commonName: "analyze client", ...options });
  return { ...(authority ? {} : { [authorityName]: signer }), [leafName]: issued };
}

function signerOf(dir: string, name: AuthorityName, { certificate, key }: Stored): Credential {
  if (key !== undefined) return { certificate, key };
  throw new UserError(
    `a certificate must be issued, and the CA's key ${pathsOf(dir, name).key} is not there. Put it back while ` +
      "this command runs, or run the command where the key is.",
    { exitCode: 1 },
  );
}

function refuseOthers(hosts: readonly string[], permitted: readonly string[], dir: string): void {
  const others = hosts.filter((host) => !isPermitted(host, permitted));
  if (others.length === 0) return;
  const replace = certsCommand(dir, "--replace-ca", ...hostFlags([...permitted, ...others]));
  throw new UserError(
    `the CA in ${dir} can issue for ${permitted.join(", ")} only, and clients would refuse ${others.join(", ")}. Use another ` +
      `folder (--dir; npm run deploy:minikube: --certificates), or replace the CA: "${replace}"`,
    { exitCode: 1 },
  );
}

function stepsOf({ names, authority, leaf, why }: Plan, issued: Record<string, Credential> = {}): Step[] {
  const pairs = [authority, leaf] as const;
  return names.map((name, index) => {
    const made = issued[name];
    const certificate = made?.certificate ?? pairs[index]?.certificate ?? "";
    const step = { name, until: factsOf({ certificate }).notAfter };
    if (!made) return { ...step, done: "kept" };
    const hasNewKey = made.key !== pairs[index]?.key;
    return { ...step, done: "issued", why: (index === 0 ? undefined : why) ?? missing, hasNewKey };
  });
}
