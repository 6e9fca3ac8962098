import { CertsError } from "./error.ts";
import { pathsOf, read, type Stored } from "./folder.ts";
import { dateOf, type Facts, factsOf, faultOf, renewalDays } from "./inspect.ts";

/** What the folder holds, until when, and who would trust it, in words. `faults` is what should be mended. */
export function show(dir: string): { text: string; faults: string[] } {
  const authority = read(dir, "ca");
  if (!authority) throw new CertsError(`there is no CA in ${dir}: "npm run certs" issues one`);
  const leaf = read(dir, "tls");
  const clients = read(dir, "clients-ca");
  const faults = [faultOf(leaf, authority, {}), clients && faultOf(read(dir, "client"), clients, {})];
  const paragraphs = [
    aboutAuthority(dir, authority),
    leaf && aboutLeaf(dir, leaf),
    clients && aboutClients(dir, clients),
  ];
  const names = ["the edge's certificate", "the client's certificate"];
  return {
    text: [...paragraphs.filter((paragraph) => paragraph !== undefined), aboutTrust(dir, factsOf(authority))].join(
      "\n\n",
    ),
    faults: faults.flatMap((fault, index) => (fault ? [`${names[index]} ${fault}`] : [])),
  };
}

function aboutAuthority(dir: string, stored: Stored): string {
  const facts = factsOf(stored);
  const key = stored.key === undefined ? "Its key is not here, so nothing can be issued or renewed." : keyIsHere(dir);
  return [
    `The CA "${facts.commonName}" (${pathsOf(dir, "ca").certificate}) ${until(facts)}.`,
    facts.hosts
      ? `It may vouch for ${facts.hosts.join(", ")} and what is below these names, and for nothing else.`
      : "It has no name constraints: whoever trusts it trusts its key for every host.",
    key,
  ].join("\n");
}

function keyIsHere(dir: string): string {
  return `Its key is ${pathsOf(dir, "ca").key}: no server needs it, so keep it off them.`;
}

function aboutLeaf(dir: string, stored: Stored): string {
  const facts = factsOf(stored);
  return [
    `The edge's certificate (${pathsOf(dir, "tls").certificate}) is for ${facts.hosts?.join(", ")}.`,
    `It ${until(facts)}, its key is ${facts.keyKind ?? "not here"}; "npm run certs" renews it in its last ${renewalDays} days.`,
  ].join("\n");
}

function aboutClients(dir: string, authority: Stored): string {
  const client = read(dir, "client");
  const ca = `Client certificates are by "${factsOf(authority).commonName}", which ${until(factsOf(authority))}.`;
  return client ? `${ca}\nThe client's own (${pathsOf(dir, "client").certificate}) ${until(factsOf(client))}.` : ca;
}

function aboutTrust(dir: string, facts: Facts): string {
  const ca = pathsOf(dir, "ca").certificate;
  const host = facts.hosts?.[0] ?? "HOST";
  return [
    "Who trusts it: nobody, until given the CA's certificate.",
    `  the client     ANALYZE_CA_FILE=${ca}`,
    `  curl           curl --cacert ${ca} https://${host}/`,
    `  Node           NODE_EXTRA_CA_CERTS=${ca}, or the option "ca" of one connection`,
    "  browsers       after it is imported into their own or the system's store",
    `Compare before you import: SHA-256 ${facts.fingerprint}`,
  ].join("\n");
}

function until({ notAfter, daysLeft }: Facts): string {
  return daysLeft < 0 ? `ended on ${dateOf(notAfter)}` : `is good until ${dateOf(notAfter)} (${daysLeft} days)`;
}
