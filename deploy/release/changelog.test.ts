import { describe, expect, it } from "vitest";
import { sectionsOf, withRelease } from "./changelog.ts";

const changelog = "# Changelog\n\nIntroduction.\n\n## [0.1.0] - 2026-11-21\n\n- first\n";
const begun = "# Changelog\n\n## [0.2.0] - unreleased\n\n### Added\n\n- one\n\n## [0.1.0] - 2026-11-21\n\n- first\n";

describe("the changelog of a release", () => {
  it("has the changes of all changesets by kind, in the order of Keep a Changelog, above the last entry", () => {
    const changes = [{ Fixed: "- b" }, { Added: "- c", Fixed: "- d\n  more" }];
    expect(withRelease(changelog, "0.2.0", "2026-12-01", changes)).toBe(
      "# Changelog\n\nIntroduction.\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- c\n\n### Fixed\n\n- b\n- d\n  more\n\n" +
        "## [0.1.0] - 2026-11-21\n\n- first\n",
    );
  });

  it("completes the entry that was begun by hand", () => {
    expect(withRelease(begun, "0.2.0", "2026-12-01", [{ Added: "- two" }, { Security: "- three" }])).toBe(
      "# Changelog\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- one\n- two\n\n### Security\n\n- three\n\n" +
        "## [0.1.0] - 2026-11-21\n\n- first\n",
    );
  });

  it("is the same from a file with Windows' ends of lines", () => {
    const changes = [{ Added: "- two" }];
    const expected = withRelease(begun, "0.2.0", "2026-12-01", changes);
    expect(withRelease(begun.replaceAll("\n", "\r\n"), "0.2.0", "2026-12-01", changes)).toBe(expected);
  });

  it("has a first entry where there was none", () => {
    const text = withRelease("# Changelog\n", "0.1.0", "2026-12-01", [{ Added: "- one" }]);
    expect(text).toBe("# Changelog\n\n## [0.1.0] - 2026-12-01\n\n### Added\n\n- one\n");
  });
});

it("sections are what stands below their headings; a heading that repeats continues", () => {
  const text = "### Fixed\r\n\r\n- a\r\n\r\n### Added\n- b\n\n### Fixed\n\n- c\n";
  expect(sectionsOf(text, "x.md")).toEqual({ Fixed: "- a\n- c", Added: "- b" });
});

it.each([
  ["- a", /^x\.md has a change without a heading\. .*### Added, ### Changed/],
  ["", /a change without a heading/],
  ["- a\n\n### Added\n\n- b", /a change without a heading/],
  ["### New\n\n- a", /the heading ### New/],
  ["### Added\n\n### Fixed\n\n- a", /nothing below ### Added/],
])("a changeset with the text %j is refused", (text, why) => {
  expect(() => sectionsOf(text, "x.md")).toThrow(why);
});
