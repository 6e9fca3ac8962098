import { join } from "node:path";
import { day } from "@analyze/common/time";
import { certsCommand } from "./command.ts";
import { type AuthorityName, type LeafName, pathsOf, read, readText } from "./folder.ts";
import { dateOf, factsOf } from "./inspect.ts";
import { renewalDays } from "./leaf.ts";
import { notYetValid } from "./states.ts";
import { interruptedIn, isSwitched, record, replacementIn } from "./replacement.ts";

/** Days before a CA's expiry at which it should be replaced: its clients need time to get the new one. */
const replacementDays = 90;

const pairs: [AuthorityName, LeafName][] = [
  ["ca", "tls"],
  ["clients-ca", "client"],
];

/** Warnings about certificates in use: one sentence each, with what to do. */
export function warningsOf(dir: string, now = new Date()): string[] {
  const ofPairs = pairs.flatMap(([authority, leaf]) => ofAuthority(dir, authority, now).concat(ofLeaf(dir, leaf, now)));
  return ofPairs.concat(ofReplacement(dir, now));
}

function ofAuthority(dir: string, name: AuthorityName, now: Date): string[] {
  const stored = read(dir, name);
  if (!stored) return [];
  const { notBefore, notAfter, daysLeft } = factsOf(stored, now);
  const path = pathsOf(dir, name).certificate;
  if (notBefore > now) return [`The CA ${path} ${notYetValid(dir, name, notBefore)}`];
  if (daysLeft >= replacementDays || (name === "ca" && (replacementIn(dir) ?? interruptedIn(dir)))) return [];
  const how =
    name === "ca"
      ? `Replace it: "${certsCommand(dir, "--replace-ca")}".`
      : `Move ${name}.* and client.* away and issue new ones with "${certsCommand(dir, "--clients")}".`;
  return [`The CA ${path} ${end(notAfter, now)}, and every certificate that it issued with it. ${how}`];
}

function ofLeaf(dir: string, name: LeafName, now: Date): string[] {
  const stored = read(dir, name);
  if (!stored) return [];
  const { notBefore, notAfter, daysLeft } = factsOf(stored, now);
  const path = pathsOf(dir, name).certificate;
  if (notBefore > now) return [`${path} is valid only from ${dateOf(notBefore)}: clients refuse it until then.`];
  if (daysLeft >= renewalDays) return [];
  return [`${path} ${end(notAfter, now)}. To renew it, run "${certsCommand(dir)}" where its CA's key is.`];
}

function end(notAfter: Date, now: Date): string {
  const days = Math.floor((notAfter.getTime() - now.getTime()) / day);
  if (days < 0) return `expired on ${dateOf(notAfter)}`;
  return `expires on ${dateOf(notAfter)}, in ${days} ${days === 1 ? "day" : "days"}`;
}

function ofReplacement(dir: string, now: Date): string[] {
  const replacement = replacementIn(dir);
  const ca = pathsOf(dir, "ca").certificate;
  if (!replacement) return ofRemains(dir, ca);
  const { switchOn, endOn } = replacement;
  const run = certsCommand(dir);
  if (!isSwitched(dir)) {
    const both = `The CA is being replaced. ${ca} holds the old and the new one: give it to every client`;
    if (switchOn <= now) return [`${both}. The switch to the new CA was due on ${dateOf(switchOn)}: run "${run}".`];
    return [
      `${both} before ${dateOf(switchOn)}. From that day, "${run}" issues with the new CA. From ${dateOf(endOn)}, ${ca} holds ` +
        "only the new one.",
    ];
  }
  if (endOn <= now)
    return [`The CA was replaced. ${ca} still holds the old one: run "${run}", due on ${dateOf(endOn)}.`];
  return [
    `The CA was replaced. ${ca} holds the new and the old one until ${dateOf(endOn)}: every client must have this file by ` +
      "then.",
  ];
}

function ofRemains(dir: string, ca: string): string[] {
  const interrupted = interruptedIn(dir);
  if (interrupted) {
    return [
      `The CA's replacement ${interrupted === "begun" ? "has begun" : "does not end"}, but ${join(dir, record)} with its ` +
        `dates is not there. ${ca} holds both CAs until it ends. Put the file back, or continue with new dates: ` +
        `"${certsCommand(dir, "--replace-ca")}".`,
    ];
  }
  const { key } = pathsOf(dir, "ca-old");
  return readText(dir, "ca-old.key") === undefined ? [] : [`The old CA is no longer trusted: delete ${key}.`];
}
