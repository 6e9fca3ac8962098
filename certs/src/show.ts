import { UserError } from "@analyze/common/errors";
import { shellWord } from "@analyze/common/shell";
import { certsCommand } from "./command.ts";
import { pathsOf, read, type Stored } from "./folder.ts";
import { dateOf, type Facts, factsOf } from "./inspect.ts";
import { leafFault, renewalDays } from "./leaf.ts";
import { readAuthority, readLeaf } from "./states.ts";
import { warningsOf } from "./warnings.ts";

/** The folder's certificates, their expiry, and who trusts them. `faults`: what a person or a renewal must do. */
export function show(dir: string, now = new Date()): { text: string; faults: string[] } {
  const authority = readAuthority(dir, "ca");
  if (!authority) throw new UserError(`there is no CA in ${dir}: "${certsCommand(dir)}" issues one`, { exitCode: 1 });
  const clients = readAuthority(dir, "clients-ca");
  const leaf = readLeaf(dir, "tls", authority);
  const client = clients && readLeaf(dir, "client", clients);
  const due = [
    ["the edge's certificate", authority, leafFault(leaf, authority, { now })],
    ["the client's certificate", clients, client && leafFault(client, clients, { now })],
  ] as const;
  const paragraphs = [
    aboutAuthority(dir, authority, now),
    aboutLeaf(dir, read(dir, "tls"), authority.key !== undefined, now),
    clients && aboutClients(dir, clients, now),
    aboutTrust(dir, factsOf(authority, now)),
  ];
  return {
    text: paragraphs.filter((paragraph) => paragraph !== undefined).join("\n\n"),
    faults: [
      ...due.flatMap(([what, signer, fault]) => (fault ? [sentence(dir, what, signer, fault.why)] : [])),
      ...warningsOf(dir, now),
    ],
  };
}

function sentence(dir: string, what: string, signer: Stored | undefined, why: string): string {
  const where = signer?.key === undefined ? ", where its CA's key is," : "";
  return `"${certsCommand(dir)}"${where} issues ${what} again: it ${why}.`;
}

function aboutAuthority(dir: string, stored: Stored, now: Date): string {
  const facts = factsOf(stored, now);
  return [
    `CA "${facts.commonName}" (${pathsOf(dir, "ca").certificate}), ${validity(facts)}.`,
    facts.hosts
      ? `It can issue for ${facts.hosts.join(", ")} and their subdomains. Clients that check a CA's name constraints (OpenSSL, ` +
        "Node, curl, Python, GnuTLS, Chromium) refuse any other name. Java does not check them."
      : "It has no name constraints: its key is trusted for every host.",
    stored.key === undefined
      ? "Its key is not here, so no certificate can be issued or renewed."
      : `Its key is ${pathsOf(dir, "ca").key}. No server needs it: do not copy it to one.`,
  ].join("\n");
}

function aboutLeaf(dir: string, stored: Stored | undefined, hasSigner: boolean, now: Date): string | undefined {
  if (!stored) return undefined;
  const facts = factsOf(stored, now);
  return [
    `Edge certificate (${pathsOf(dir, "tls").certificate}) for ${facts.hosts?.join(", ")}, ${validity(facts)}.`,
    `Key: ${facts.keyKind ?? (stored.key === undefined ? "not here" : "of another kind")}. "${certsCommand(dir)}" renews it in its last ${renewalDays} days${hasSigner ? "" : ", where its CA's key is"}.`,
  ].join("\n");
}

function aboutClients(dir: string, authority: Stored, now: Date): string {
  const facts = factsOf(authority, now);
  const client = read(dir, "client");
  const ca = `CA for client certificates "${facts.commonName}", ${validity(facts)}.`;
  if (!client) return ca;
  return `${ca}\nClient certificate (${pathsOf(dir, "client").certificate}), ${validity(factsOf(client, now))}.`;
}

function aboutTrust(dir: string, facts: Facts): string {
  const ca = shellWord(pathsOf(dir, "ca").certificate);
  const host = facts.hosts?.[0] ?? "HOST";
  return [
    "To trust it, a client needs the CA's certificate:",
    `  the client     ANALYZE_CA_FILE=${ca}`,
    `  curl           curl --cacert ${ca} https://${host}/`,
    `  Node           NODE_EXTRA_CA_CERTS=${ca}, or the option "ca" of one connection`,
    "  browsers       import it into the browser's or the system's store",
    `Compare before the import: SHA-256 ${facts.fingerprint}`,
  ].join("\n");
}

function validity({ notAfter, daysLeft }: Facts): string {
  return daysLeft < 0 ? `expired on ${dateOf(notAfter)}` : `valid until ${dateOf(notAfter)} (${daysLeft} days)`;
}
