import { day } from "@analyze/common/time";
import { type AuthorityName, type LeafName, pathsOf, read, readText } from "./folder.ts";
import { dateOf, factsOf } from "./inspect.ts";
import { renewalDays } from "./leaf.ts";
import { replacementIn } from "./replace.ts";

/** Days before a CA's end at which it should be replaced: its clients need time to get the new one. */
const replacementDays = 90;

const pairs: [AuthorityName, LeafName][] = [
  ["ca", "tls"],
  ["clients-ca", "client"],
];

/** What a person should know about certificates that are in use: one sentence each, with what to do. */
export function warningsOf(dir: string, now = new Date()): string[] {
  const ofPairs = pairs.flatMap(([authority, leaf]) => ofAuthority(dir, authority, now).concat(ofLeaf(dir, leaf, now)));
  return ofPairs.concat(ofReplacement(dir, now));
}

function ofAuthority(dir: string, name: AuthorityName, now: Date): string[] {
  const stored = read(dir, name);
  if (!stored) return [];
  const { notBefore, notAfter, daysLeft } = factsOf(stored, now);
  const path = pathsOf(dir, name).certificate;
  if (notBefore > now) return [`The CA ${path} is valid only from ${dateOf(notBefore)}: check this machine's clock.`];
  if (daysLeft >= replacementDays || (name === "ca" && replacementIn(dir))) return [];
  const how =
    name === "ca"
      ? 'Replace it: "npm run certs -- --replace-ca".'
      : `Move ${name}.* and client.* away and issue new ones with "npm run certs -- --clients".`;
  return [`The CA ${path} ${end(notAfter, now)}, and every certificate that it issued with it. ${how}`];
}

function ofLeaf(dir: string, name: LeafName, now: Date): string[] {
  const stored = read(dir, name);
  if (!stored) return [];
  const { notBefore, notAfter, daysLeft } = factsOf(stored, now);
  const path = pathsOf(dir, name).certificate;
  if (notBefore > now) return [`${path} is valid only from ${dateOf(notBefore)}: clients refuse it until then.`];
  if (daysLeft >= renewalDays) return [];
  return [`${path} ${end(notAfter, now)}. To renew it, run "npm run certs" where its CA's key is.`];
}

function end(notAfter: Date, now: Date): string {
  const days = Math.floor((notAfter.getTime() - now.getTime()) / day);
  if (days < 0) return `expired on ${dateOf(notAfter)}`;
  return `expires on ${dateOf(notAfter)}, in ${days} ${days === 1 ? "day" : "days"}`;
}

function ofReplacement(dir: string, now: Date): string[] {
  const replacement = replacementIn(dir);
  const ca = pathsOf(dir, "ca").certificate;
  if (!replacement) {
    const key = pathsOf(dir, "ca-old").key;
    return readText(dir, "ca-old.key") === undefined ? [] : [`The old CA is no longer trusted: delete ${key}.`];
  }
  const { switchOn, endOn } = replacement;
  if (switchOn > now) {
    return [
      `The CA is being replaced. ${ca} holds the old and the new one: give it to every client before ${dateOf(switchOn)}. ` +
        `From that day, "npm run certs" issues by the new CA. From ${dateOf(endOn)}, ${ca} holds the new one alone.`,
    ];
  }
  return [
    `The CA was replaced on ${dateOf(switchOn)}. ${ca} holds the new and the old one until ${dateOf(endOn)}: every client ` +
      "must have this file by then.",
  ];
}
