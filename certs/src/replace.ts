import { UserError } from "@analyze/common/errors";
import { day } from "@analyze/common/time";
import { createAuthority, issueServerLeaf } from "./authority.ts";
import { pathsOf, read, readText, type Stored } from "./folder.ts";
import { isPermitted } from "./hosts.ts";
import { certificatesIn, dateOf, factsOf } from "./inspect.ts";
import type { KeyKind } from "./keys.ts";
import { readAuthority } from "./states.ts";
import type { Change } from "./transaction.ts";

/*
 * A CA is replaced in three steps, so that a client with the current ca.crt trusts the edge at every moment:
 *   begin   a new CA is made (ca-next.*). ca.crt holds the old CA and the new one: give it to the clients.
 *   switch  the new CA becomes ca.*, and issues tls.crt. The old one is kept as ca-old.*. ca.crt holds the new and the old.
 *   end     ca.crt holds the new CA alone.
 * Whatever runs `npm run certs` on or after a date does the step that is due.
 */

const record = "ca-replacement.json";

/** When a replacement goes on. */
export interface Replacement {
  switchOn: Date;
  endOn: Date;
}

export interface ReplaceOptions {
  /** Milliseconds between begin and switch, and between switch and end. 0 replaces at once, without an overlap. */
  overlapMs: number;
}

interface Context {
  dir: string;
  now: Date;
  hosts?: readonly string[] | undefined;
  keyKind?: KeyKind | undefined;
  newKey?: boolean;
}

/** The replacement that is in progress in a folder. */
export function replacementIn(dir: string): Replacement | undefined {
  const text = readText(dir, record);
  if (text === undefined) return undefined;
  const [, switchOn = ""] = /"switchOn": "([^"]+)"/.exec(text) ?? [];
  const [, endOn = ""] = /"endOn": "([^"]+)"/.exec(text) ?? [];
  const replacement = { switchOn: new Date(switchOn), endOn: new Date(endOn) };
  if (Object.values(replacement).every((date) => !Number.isNaN(date.getTime()))) return replacement;
  throw refusal(`${dir}/${record} is damaged: restore it with both dates, {"switchOn": "…", "endOn": "…"}`);
}

function refusal(message: string): UserError {
  return new UserError(message, { exitCode: 1 });
}

/** Makes the new CA. Throws a {@link UserError} while a replacement is in progress, and where one left its files. */
export async function begin(context: Context, { overlapMs }: ReplaceOptions): Promise<Change> {
  const { dir, now, keyKind } = context;
  const old = readAuthority(dir, "ca");
  if (!old) throw refusal(`there is no CA in ${dir} to replace: "npm run certs" issues one`);
  const running = replacementIn(dir);
  if (running) throw refusal(`the CA is being replaced already, until ${dateOf(running.endOn)}`);
  for (const name of ["ca-next", "ca-old"] as const) {
    if (!readText(dir, `${name}.key`) && !readText(dir, `${name}.crt`)) continue;
    throw refusal(`${pathsOf(dir, name).key} and .crt are left from another replacement: move them away first`);
  }
  const facts = factsOf(old);
  const leaf = read(dir, "tls");
  const hosts = context.hosts ?? facts.hosts ?? (leaf && factsOf(leaf).hosts) ?? [];
  const next = await createAuthority({
    hosts,
    now,
    commonName: `analyze CA for ${hosts[0]}, ${now.toISOString()}`,
    ...(keyKind && { keyKind }),
  });
  return {
    files: {
      "ca-next.crt": next.certificate,
      "ca-next.key": next.key,
      "ca.crt": first(old) + next.certificate,
      [record]: `${JSON.stringify(datesOf(now, facts.notAfter, overlapMs), undefined, 2)}\n`,
    },
  };
}

/**
 * The switch comes a day before the old CA expires at the latest, and the end before it too: clients refuse a file with an
 * expired CA. When it has expired already, there is nothing to overlap.
 */
function datesOf(now: Date, oldEnd: Date, overlapMs: number): Replacement {
  const from = now.getTime();
  const latest = (before: number, wanted: number): number =>
    Math.min(wanted, Math.max(from, oldEnd.getTime() - before));
  const switchOn = latest(day, from + overlapMs);
  return { switchOn: new Date(switchOn), endOn: new Date(latest(day / 2, switchOn + overlapMs)) };
}

/** The step of a replacement that is due; undefined when there is none. */
export function advance(dir: string, now: Date): ((context: Context) => Promise<Change>) | undefined {
  const replacement = replacementIn(dir);
  if (!replacement) return undefined;
  if (readText(dir, "ca-next.crt") !== undefined) return replacement.switchOn <= now ? switchOver : undefined;
  return replacement.endOn <= now ? end : undefined;
}

async function switchOver({ dir, now, newKey }: Context): Promise<Change> {
  const [old, next] = [readAuthority(dir, "ca"), readAuthority(dir, "ca-next")];
  if (!old || !next?.key) {
    throw refusal(
      `${pathsOf(dir, next ? "ca-next" : "ca").key} is needed to go on with the CA's replacement: put it back`,
    );
  }
  const leaf = read(dir, "tls");
  const before = leaf && factsOf(leaf);
  const issued = await issueServerLeaf(
    { certificate: next.certificate, key: next.key },
    {
      now,
      hosts: hostsUnder(factsOf(next).hosts ?? [], factsOf(old).hosts, before?.hosts),
      ...(before?.keyKind && { keyKind: before.keyKind }),
      ...(leaf?.key !== undefined && !newKey && { key: leaf.key }),
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

/** The leaf's hosts stay, unless the new CA is for other hosts than the old one. */
function hostsUnder(permitted: string[], permittedBefore = permitted, before = permitted): string[] {
  const isSame = permitted.join() === permittedBefore.join();
  return isSame && before.every((host) => isPermitted(host, permitted)) ? before : permitted;
}

async function end({ dir }: Context): Promise<Change> {
  const authority = readAuthority(dir, "ca");
  if (!authority) throw refusal(`${pathsOf(dir, "ca").certificate} is needed to end the CA's replacement: put it back`);
  return { files: { "ca.crt": first(authority) }, remove: [record] };
}

/** The CA that signs, without the others that clients trust. */
function first({ certificate }: Stored): string {
  return certificatesIn(certificate)[0] ?? certificate;
}
