import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { accepted, type Accepted, closesGate, sortFindings } from "./accepted.ts";
import type { Finding, Scan } from "./finding.ts";
import { auditFindings, checkovFindings, hadolintFindings, trivyFindings } from "./parse.ts";
import { reportOf } from "./report.ts";

const vulnerability = (id: string, Severity: string, FixedVersion = "") => ({
  VulnerabilityID: id,
  PkgName: "openssl",
  InstalledVersion: "3.5.1-1",
  FixedVersion,
  Severity,
  Title: `title of ${id}`,
});

/** In Trivy's format: an image with a critical finding with a fix, one without, and a high one in a bundled package. */
const image = {
  SchemaVersion: 2,
  Results: [
    {
      Target: "web (debian 13.2)",
      Class: "os-pkgs",
      Vulnerabilities: [
        vulnerability("CVE-2026-0001", "CRITICAL", "3.5.2-1"),
        vulnerability("CVE-2026-0002", "CRITICAL"),
      ],
    },
    {
      Target: "Node.js",
      Class: "lang-pkgs",
      Vulnerabilities: [{ ...vulnerability("CVE-2026-0003", "HIGH", "4.14.0"), PkgName: "hono" }],
    },
    {
      Target: "app/main.mjs",
      Class: "secret",
      Secrets: [
        { RuleID: "aws-access-key-id", Title: "AWS key", Severity: "CRITICAL", StartLine: 3, Match: "AKIA-THE-SECRET" },
      ],
    },
    {
      Target: "Node.js",
      Class: "license",
      Licenses: [
        { Name: "MIT", PkgName: "hono", FilePath: "", Severity: "LOW" },
        { Name: "AGPL-3.0", PkgName: "other", FilePath: "", Severity: "CRITICAL" },
      ],
    },
  ],
};
const configuration = {
  Results: [
    {
      Target: "Dockerfile",
      Misconfigurations: [
        { ID: "DS-0026", Title: "No HEALTHCHECK defined", Severity: "LOW", Status: "FAIL" },
        { ID: "DS-0001", Title: "fine", Severity: "HIGH", Status: "PASS" },
      ],
    },
  ],
};

const scanned = (what: string, findings: Finding[]): Scan => ({ what, scanned: true, findings });
const scans: Scan[] = [
  scanned("Dockerfile", trivyFindings(configuration)),
  scanned("image web", trivyFindings(image)),
  { what: "package-lock.json", scanned: false, why: "the registry has no advisories" },
];
const acceptedUntil = (until: string): Accepted[] => [
  { id: "DS-0026", subject: "Dockerfile", reason: "probes", until },
];

describe("findings", () => {
  it("of Trivy: vulnerabilities, failed configuration, secrets and serious licences", () => {
    expect([configuration, image].flatMap(trivyFindings).map(({ kind, id, severity }) => [kind, id, severity])).toEqual(
      [
        ["configuration", "DS-0026", "LOW"],
        ["vulnerability", "CVE-2026-0001", "CRITICAL"],
        ["vulnerability", "CVE-2026-0002", "CRITICAL"],
        ["vulnerability", "CVE-2026-0003", "HIGH"],
        ["secret", "aws-access-key-id", "CRITICAL"],
        ["licence", "AGPL-3.0", "CRITICAL"],
      ],
    );
  });

  it("of hadolint and npm audit", () => {
    expect(
      hadolintFindings([{ code: "DL3008", file: "Dockerfile", line: 4, level: "warning", message: "Pin versions" }]),
    ).toMatchObject([{ id: "DL3008", severity: "MEDIUM", subject: "Dockerfile:4" }]);
    const advisory = { title: "one", url: "https://github.com/advisories/GHSA-1" };
    const vulnerabilities = {
      hono: { severity: "critical", range: "<4.14", via: [advisory], fixAvailable: { version: "4.14.0" } },
      parent: { severity: "critical", range: "*", via: ["hono"], fixAvailable: true },
    };
    expect(auditFindings({ vulnerabilities })).toMatchObject([
      { id: "GHSA-1", severity: "CRITICAL", fixedIn: "4.14.0", subject: "hono <4.14" },
    ]);
  });

  it("of checkov, for one framework and for two", () => {
    const check = { check_id: "CKV_1", check_name: "one", file_path: "/Dockerfile", file_line_range: [3, 4] };
    const of = { check_type: "dockerfile", results: { failed_checks: [check] } };
    const finding = { id: "CKV_1", severity: "UNKNOWN", subject: "Dockerfile:3" };
    expect(checkovFindings(of)).toMatchObject([finding]);
    expect(checkovFindings([of, { ...of, results: { failed_checks: [] } }])).toMatchObject([finding]);
  });

  it.each([[{ message: "405 Method Not Allowed" }], [{ Results: "none" }], [{}], [null], ["none"]])(
    "are never read from other JSON: %j",
    (json) => {
      expect(() => trivyFindings(json)).toThrow(/Invalid input/);
      expect(() => auditFindings(json)).toThrow(/expected/);
      expect(() => hadolintFindings(json)).toThrow(/expected/);
      expect(() => checkovFindings(json)).toThrow(/Invalid input/);
    },
  );

  it("are none in a report of Trivy without results, and in an empty list of checkov's nothing was scanned", () => {
    expect(trivyFindings({ SchemaVersion: 2, ArtifactName: "." })).toEqual([]);
    expect(() => checkovFindings([])).toThrow(/Too small/);
    expect(() => checkovFindings({ passed: 0, failed: 0, resource_count: 0 })).toThrow(/Invalid input/);
  });

  it("fail the gate if they are serious and can be corrected", () => {
    const closing = scans.flatMap((scan) => (scan.scanned ? scan.findings.filter(closesGate) : []));
    expect(closing.map(({ id }) => id)).toEqual(["CVE-2026-0001", "CVE-2026-0003", "aws-access-key-id", "AGPL-3.0"]);
  });
});

it.each([
  ["2026-12-31", "2026-12-31", ["DS-0026"], []],
  ["2026-12-31", "2027-01-01", [], ["DS-0026"]],
])("accepted until %s, a finding of %s is in the right list", (until, today, stays, late) => {
  const sorted = sortFindings(scans, acceptedUntil(until), today);
  expect(sorted.accepted.map(({ finding }) => finding.id)).toEqual(stays);
  expect(sorted.expired.map(({ finding }) => finding.id)).toEqual(late);
  expect(sorted.open.map(({ id }) => id)).not.toContain("DS-0026");
});

it.each(accepted)("$id is accepted for a reason, until a date", ({ reason, until }) => {
  expect(reason.length).toBeGreaterThan(30);
  expect(until).toMatch(/^\d{4}-\d\d-\d\d$/);
});

/** The report of these scans, made on a day. */
function report(today: string): string {
  const images = {
    version: "1.0.0",
    revision: null,
    base: { name: "base:tag", digest: null },
    images: { web: `r/web@sha256:${"0".repeat(64)}` },
  };
  const sorted = sortFindings(scans, acceptedUntil("2026-12-31"), today);
  return reportOf({ today, scans, sorted, images, baseCreated: "2026-11-01T00:00:00Z" });
}

describe("the report", () => {
  it("lists critical findings first, with their fixes", () => {
    const [first] =
      report("2026-12-01")
        .split("## Open")[1]
        ?.matchAll(/^\| critical.*$/gm) ?? [];
    expect(first?.[0]).toBe("| critical | AGPL-3.0: licence AGPL-3.0 | other |  |");
    expect(report("2026-12-01")).toContain(
      "| critical | CVE-2026-0001: title of CVE-2026-0001 | openssl 3.5.1-1 in web (debian 13.2) | 3.5.2-1 |",
    );
    expect(report("2026-12-01")).toContain(
      "| critical | CVE-2026-0002: title of CVE-2026-0002 | openssl 3.5.1-1 in web (debian 13.2) | none yet |",
    );
  });

  it("says what was not scanned, how old the base is, and which acceptance has expired", () => {
    expect(report("2026-12-01")).toContain("| package-lock.json | **not scanned**: the registry has no advisories |");
    expect(report("2026-12-01")).toContain("30 days old");
    expect(report("2027-01-01")).toContain("**2026-12-31, passed**");
  });

  it("never calls clean what was not scanned", () => {
    const nothing = { open: [], accepted: [], expired: [] };
    const of = (all: Scan[]): string =>
      reportOf({ today: "2026-12-01", scans: all, sorted: nothing, images: null, baseCreated: null });
    expect(of(scans.slice(2))).toContain("## Open\n\nNone. Parts that were not scanned, see above: 1.\n");
    expect(of([])).toContain("## Open\n\nNone.\n");
    expect(report("2026-12-01")).toContain("\n\nParts that were not scanned, see above: 1.\n");
  });

  it("never quotes the matched text", () => {
    expect(report("2026-12-01")).not.toContain("THE-SECRET");
  });

  it("is the same for the same findings", () => {
    expect(report("2026-12-01")).toBe(report("2026-12-01"));
  });
});

it("a report that cannot be written is refused before anything is scanned", () => {
  const args = ["deploy/scan/main.ts", "--report", "package.json/report.md"];
  // Without git a scan would stop, too.
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: { PATH: "" } });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^package\.json\/report\.md cannot be written \(E\w+\): name another place/),
  });
});
