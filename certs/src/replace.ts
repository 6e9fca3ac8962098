import { UserError } from "@analyze/common/errors";
import { createAuthority, type Credential, issueServerLeaf } from "./authority.ts";
import { certsCommand, hostFlags } from "./command.ts";
import { pathsOf, read, readText, type Stored } from "./folder.ts";
import { isPermitted } from "./hosts.ts";
import { dateOf, factsOf } from "./inspect.ts";
import type { KeyKind } from "./keys.ts";
import {
  datesOf,
  endAfter,
  first,
  interruptedIn,
  isSwitched,
  record,
  type Replacement,
  replacementIn,
  textOf,
} from "./replacement.ts";
import { readAuthority } from "./states.ts";
import type { Change } from "./transaction.ts";

/*
 * A CA is replaced in three steps, so that a client with the current ca.crt always trusts the edge:
 *   begin   a new CA is created (ca-next.*). ca.crt holds the old and the new CA: give it to the clients.
 *   switch  the new CA becomes ca.*, and issues tls.crt. The old one is kept as ca-old.*. ca.crt holds the new and the old.
 *   end     ca.crt holds only the new CA.
 * Each run of `npm run certs` does the step that is due.
 */

export interface ReplaceOptions {
  /** Milliseconds between begin and switch, and between switch and end. 0 replaces at once, with a new key for the leaf. */
  overlapMs: number;
}

interface Context {
  dir: string;
  now: Date;
  hosts?: readonly string[] | undefined;
  keyKind?: KeyKind | undefined;
  newKey?: boolean;
}

function refusal(message: string): UserError {
  return new UserError(message, { exitCode: 1 });
}

/**
 * Creates the new CA, or continues a replacement whose record was lost. Throws a {@link UserError} while a replacement is in
 * progress, and if one left its files. Without an overlap it always creates a new CA, and discards the files of a replacement in
 * progress: after a theft, no key of the folder can be trusted.
 */
export async function begin(context: Context, { overlapMs }: ReplaceOptions): Promise<Change> {
  const { dir, now, hosts } = context;
  const old = readAuthority(dir, "ca");
  if (!old)
    throw refusal(`there is no CA in ${dir} to replace: "${certsCommand(dir, ...hostFlags(hosts))}" issues one`);
  const running = replacementIn(dir);
  const interrupted = interruptedIn(dir);
  if (overlapMs > 0) {
    if (running) throw inProgress(context, running);
    if (interrupted && !hosts) return resumed(dir, now, old, overlapMs);
  }
  const isDropped = overlapMs === 0 && (running ?? interrupted) !== undefined;
  if (!isDropped) refuseRemains(dir);
  const next = await nextAuthority(context, old);
  return {
    files: {
      "ca-next.crt": next.certificate,
      "ca-next.key": next.key,
      "ca.crt": first(old) + next.certificate,
      [record]: textOf(datesOf(now, factsOf(old).notAfter, overlapMs)),
    },
    remove: isDropped ? ["ca-old.crt", "ca-old.key"] : [],
  };
}

function inProgress({ dir, hosts }: Context, { switchOn, endOn }: Replacement): UserError {
  const due = isSwitched(dir) ? endOn : switchOn;
  const atOnce = certsCommand(dir, "--replace-ca", "--overlap 0", ...hostFlags(hosts));
  return refusal(
    `the CA is being replaced already, until ${dateOf(endOn)}. Its next step is due on ${dateOf(due)}: "${certsCommand(dir)}" ` +
      `does it. After a theft, "${atOnce}" ends this replacement and creates another CA at once`,
  );
}

function refuseRemains(dir: string): void {
  for (const name of ["ca-next", "ca-old"] as const) {
    if (!readText(dir, `${name}.key`) && !readText(dir, `${name}.crt`)) continue;
    throw refusal(`${pathsOf(dir, name).key} and .crt are left from another replacement: move them away first`);
  }
}

/** Writes a lost record again. The next step follows after a full overlap. */
function resumed(dir: string, now: Date, signing: Stored, overlapMs: number): Change {
  const next = readAuthority(dir, "ca-next");
  if (next) {
    const dates = datesOf(now, factsOf(signing).notAfter, overlapMs);
    return { files: { "ca.crt": first(signing) + first(next), [record]: textOf(dates) } };
  }
  const { notAfter } = factsOf(readAuthority(dir, "ca-old") ?? signing);
  return { files: { [record]: textOf({ switchOn: now, endOn: endAfter(now, now, notAfter, overlapMs) }) } };
}

async function nextAuthority({ dir, now, keyKind, hosts }: Context, old: Stored): Promise<Credential> {
  const leaf = read(dir, "tls");
  const wanted = hosts ?? factsOf(old).hosts ?? (leaf && factsOf(leaf).hosts) ?? [];
  const commonName = `analyze CA for ${wanted[0]}, ${now.toISOString()}`;
  return createAuthority({ hosts: wanted, now, commonName, ...(keyKind && { keyKind }) });
}

/** The due step of a replacement; undefined if there is none. */
export function advance(dir: string, now: Date): ((context: Context) => Promise<Change>) | undefined {
  const replacement = replacementIn(dir);
  if (!replacement) return undefined;
  if (!isSwitched(dir)) return replacement.switchOn <= now ? switchOver : undefined;
  return replacement.endOn <= now ? end : undefined;
}

async function switchOver({ dir, now, newKey }: Context): Promise<Change> {
  const [old, next] = [readAuthority(dir, "ca"), readAuthority(dir, "ca-next")];
  if (!old || !next?.key) {
    throw refusal(
      `${pathsOf(dir, next ? "ca-next" : "ca").key} is needed to continue the CA's replacement: put it back`,
    );
  }
  const leaf = read(dir, "tls");
  const before = leaf && factsOf(leaf);
  // Without an overlap it follows a theft: the thief of the leaf's key must not be able to use the new certificate.
  const hasNewKey = newKey || isAtOnce(replacementIn(dir));
  const issued = await issueServerLeaf(
    { certificate: next.certificate, key: next.key },
    {
      now,
      hosts: hostsUnder(factsOf(next).hosts ?? [], factsOf(old).hosts, before?.hosts),
      ...(before?.keyKind && { keyKind: before.keyKind }),
      ...(leaf?.key !== undefined && !hasNewKey && { key: leaf.key }),
    },
  );
  return {
    files: {
      "ca.crt": first(next) + first(old),
      "ca.key": next.key,
      "ca-old.crt": first(old),
      ...(old.key !== undefined && { "ca-old.key": old.key }),
      "tls.crt": issued.certificate,
      "tls.key": issued.key,
    },
    remove: ["ca-next.crt", "ca-next.key"],
  };
}

function isAtOnce(replacement: Replacement | undefined): boolean {
  return replacement !== undefined && replacement.switchOn >= replacement.endOn;
}

/** The leaf keeps its hosts, unless the new CA is for other hosts than the old one. */
function hostsUnder(permitted: string[], permittedBefore = permitted, before = permitted): string[] {
  const isSame = permitted.join() === permittedBefore.join();
  return isSame && before.every((host) => isPermitted(host, permitted)) ? before : permitted;
}

async function end({ dir }: Context): Promise<Change> {
  const authority = readAuthority(dir, "ca");
  if (!authority) throw refusal(`${pathsOf(dir, "ca").certificate} is needed to end the CA's replacement: put it back`);
  return { files: { "ca.crt": first(authority) }, remove: [record] };
}
