import { expect, it } from "vitest";
import { checkTag, entryOf, releaseNotes } from "./notes.ts";

const changelog = `# Changelog

## [0.3.0] - unreleased

- next

## [0.2.0] - 2026-12-01

### Added

- one

## [0.1.0] - 2026-11-21

- first [#1]

[#1]: https://example.test/1

## [0.0.9] - 2026-11-20 [YANKED]

- withdrawn

## [0.0.8] - 2026-11-19

### Added

## [0.0.7]

- without a date

## [0.0.6] - 2026-11-01

~~~md
## [0.0.5] - 2026-10-01
~~~

[Unreleased]: https://example.test/next
[0.2.0]: https://example.test/v0.2.0
[0.1.0]: https://example.test/v0.1.0
`;

it.each([
  ["0.2.0", "### Added\n\n- one"],
  ["0.1.0", "- first [#1]\n\n[#1]: https://example.test/1"],
  ["0.0.6", "~~~md\n## [0.0.5] - 2026-10-01\n~~~"],
])("the entry of %s is what stands below its heading, also with Windows' ends of lines", (version, entry) => {
  expect(entryOf(changelog, version)).toBe(entry);
  expect(entryOf(changelog.replaceAll("\n", "\r\n"), version)).toBe(entry);
});

it.each([
  ["0.9.0", /has no entry ## \[0\.9\.0\]/],
  ["0.3.0", /is unreleased: `npm run release` writes its date/],
  ["0.0.9", /withdrawn/],
  ["0.0.8", /is empty: say what has changed/],
  ["0.0.7", /is unreleased/],
  ["0.0.5", /has no entry/],
  ["0.0", /has no entry/],
])("%s cannot be released, also with Windows' ends of lines", (version, why) => {
  expect(() => entryOf(changelog, version)).toThrow(why);
  expect(() => entryOf(changelog.replaceAll("\n", "\r\n"), version)).toThrow(why);
});

it.each([
  ["v0.2.0", "0.2.0"],
  ["v0.2.0-rc.1", "0.2.0-rc.1"],
])("the tag %s releases the version %s", (tag, version) => {
  expect(() => checkTag(tag, version)).not.toThrow();
});

it.each([
  ["v1", /is no tag of a release/],
  ["0.2.0", /is no tag of a release/],
  ["v0.2.0; id", /is no tag of a release/],
  ["main", /is no tag of a release/],
  ["v0.3.0", /a commit whose version is 0\.2\.0/],
  ["v0.2.0-rc.1", /a commit whose version is 0\.2\.0/],
])("the tag %s releases nothing", (tag, why) => {
  expect(() => checkTag(tag, "0.2.0")).toThrow(why);
});

it("notes name every image by digest, and how to verify it", () => {
  const web = `ghcr.io/owner/analyze/web@sha256:${"1".repeat(64)}`;
  const base = { name: "base:tag", digest: `sha256:${"2".repeat(64)}` };
  const record = { version: "0.2.0", revision: null, base, images: { web } };
  const notes = releaseNotes("- one", record, null);
  for (const part of ["- one", web, base.digest, "](SECURITY.md#verify-an-image)"]) expect(notes).toContain(part);
  const entry = "- [queue](docs/queue.md#x), [other](https://a.test/x), [below](#images)";
  const linked = releaseNotes(entry, record, "https://github.test/o/r/blob/v0.2.0");
  const links = [...linked.matchAll(/\]\(([^)]*)\)/g)].map(([, link]) => link);
  expect(links).toEqual([
    "https://github.test/o/r/blob/v0.2.0/docs/queue.md#x",
    "https://a.test/x",
    "#images",
    "https://github.test/o/r/blob/v0.2.0/SECURITY.md#verify-an-image",
  ]);
});
