import { UserError } from "@analyze/common/errors";

/** The headings of an entry, in the order of Keep a Changelog. */
export const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"] as const;
export type Kind = (typeof kinds)[number];

export type Sections = Readonly<Partial<Record<Kind, string>>>;

/** An entry that a person has begun by hand, and that the next release completes. */
const begun = /^## \[.*\] - unreleased\r?$/m;

/** Whether the changelog has an entry that is not released yet. Pure. */
export function hasUnreleased(changelog: string): boolean {
  return begun.test(changelog);
}

/**
 * The sections of a text with headings such as `### Added`. Throws a UserError that begins with `place` if a heading is
 * none of Keep a Changelog, has nothing below it, or is missing. Pure.
 */
export function sectionsOf(text: string, place: string): Sections {
  const sections: Partial<Record<Kind, string>> = {};
  const [before = "", ...parts] = text.replaceAll("\r\n", "\n").split(/^### /m);
  if (before.trim() !== "" || parts.length === 0) throw wrong(place, "a change without a heading");
  for (const part of parts) {
    const [heading = "", ...lines] = part.split("\n");
    const kind = kinds.find((one) => one === heading.trim());
    const body = lines.join("\n").trim();
    if (kind === undefined) throw wrong(place, `the heading ### ${heading.trim()}`);
    if (body === "") throw wrong(place, `nothing below ### ${kind}`);
    sections[kind] = kind in sections ? `${sections[kind]}\n${body}` : body;
  }
  return sections;
}

function wrong(place: string, what: string): UserError {
  const headings = kinds.map((kind) => `### ${kind}`).join(", ");
  return new UserError(`${place} has ${what}. Each change is a list item below one of ${headings}.`);
}

/** A changelog whose newest entry is this version with these changes, and those of the entry that was begun. Pure. */
export function withRelease(changelog: string, version: string, date: string, changes: readonly Sections[]): string {
  const text = changelog.replaceAll("\r\n", "\n");
  const at = text.search(hasUnreleased(text) ? begun : /^## \[/m);
  const [before, rest] = at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at)];
  const [own, after] = hasUnreleased(text) ? cut(rest) : ["", rest];
  const all = own === "" ? changes : [sectionsOf(own, "The unreleased entry of CHANGELOG.md"), ...changes];
  const sections = kinds.flatMap((kind) => {
    const items = all.flatMap((one) => one[kind] ?? []);
    return items.length === 0 ? [] : [`### ${kind}\n\n${items.join("\n")}`];
  });
  const parts = [before.trimEnd(), `## [${version}] - ${date}`, ...sections, after.trimEnd()];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The text below the first heading, and what begins with the next entry. */
function cut(text: string): [own: string, after: string] {
  const [, ...lines] = text.split("\n");
  const next = lines.findIndex((line) => line.startsWith("## "));
  const end = next === -1 ? lines.length : next;
  return [lines.slice(0, end).join("\n").trim(), lines.slice(end).join("\n")];
}
