import { expect, it } from "vitest";
import { entryOf, releaseNotes } from "./notes.ts";

const changelog = `# Changelog

## [0.3.0] - unreleased

- next

## [0.2.0] - 2026-12-01

### Added

- one

## [0.1.0] - 2026-11-21

- first
`;

it.each([
  ["0.2.0", "### Added\n\n- one"],
  ["0.1.0", "- first"],
])("the entry of %s is what stands below its heading", (version, entry) => {
  expect(entryOf(changelog, version)).toBe(entry);
});

it.each([
  ["0.9.0", /has no entry ## \[0\.9\.0\]/],
  ["0.3.0", /is unreleased: `npm version` writes its date/],
])("%s cannot be released", (version, why) => {
  expect(() => entryOf(changelog, version)).toThrow(why);
});

it("notes name every image by digest, and how to verify it", () => {
  const web = `ghcr.io/owner/analyze/web@sha256:${"1".repeat(64)}`;
  const base = { name: "base:tag", digest: `sha256:${"2".repeat(64)}` };
  const notes = releaseNotes("- one", { version: "0.2.0", revision: null, base, images: { web } });
  for (const part of ["- one", web, base.digest, "SECURITY.md#verify-an-image"]) expect(notes).toContain(part);
});
