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
  /** Default: what the folder's certificates are for; in an empty folder {@link defaultHosts}. */
  hosts?: readonly string[] | undefined;
  /** Default: that of the leaf that is there; p256 for a first one. */
  keyKind?: KeyKind | undefined;
  /** Replaces the leaves even when they are good. They keep their keys. */
  renew?: boolean;
  /** Gives each leaf that is issued a new key. */
  newKey?: boolean;
  /** Also issues the CA and the certificate for mutual TLS. */
  clients?: boolean;
  /** Begins to replace the CA. */
  replace?: ReplaceOptions | undefined;
  /** Default: the clock. */
  now?: Date;
}

/** What was done with one credential. */
export interface Step {
  name: CredentialName;
  done: "kept" | "issued";
  /** Why it was issued, as the end of a sentence about the previous one. */
  why?: string;
  /** Whether what was issued has another key than the one before. */
  hasNewKey?: boolean;
  until: Date;
}

type Request = IssueOptions & { now: Date };

/** One CA and its leaf: what is there, and what has to be issued. */
interface Plan {
  names: [AuthorityName, LeafName];
  authority: Stored | undefined;
  leaf: Partial<Credential>;
  /** Why the leaf has to be issued. */
  why: string | undefined;
}

/**
 * Ensures that `dir` holds a CA (`ca.crt`, `ca.key`) and a good leaf of it for the edge (`tls.crt`, `tls.key`). Issues
 * only what is missing or near its end; what is due of a CA's replacement is done first. All files are written, or none.
 * @throws UserError when a person has to decide, or when the folder cannot be read or written.
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
  // During a replacement, the hosts are those of the CAs that are there.
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

/** Issues what a plan lacks: the CA's pair where there is none, and the leaf. Only the new pairs are returned. */
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
    `a certificate has to be issued, and the CA's key ${pathsOf(dir, name).key} is not there. Put it back for as long as ` +
      "this command runs, or run this where the key is kept.",
    { exitCode: 1 },
  );
}

function refuseOthers(hosts: readonly string[], permitted: readonly string[], dir: string): void {
  const others = hosts.filter((host) => !isPermitted(host, permitted));
  if (others.length === 0) return;
  const replace = certsCommand(dir, "--replace-ca", ...hostFlags([...permitted, ...others]));
  throw new UserError(
    `the CA in ${dir} can issue for ${permitted.join(", ")} only, and clients would refuse ${others.join(", ")}. Issue into ` +
      `another folder with --dir, or replace the CA: "${replace}"`,
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
