import { expect, it } from "vitest";
import { type Accepted, sortFindings } from "./accepted.ts";
import type { Finding, Scan } from "./finding.ts";
import { reasonsAgainst } from "./gate.ts";

const finding = (id: string, severity: Finding["severity"], fixedIn: string | null): Finding => ({
  kind: "vulnerability",
  id,
  severity,
  subject: "openssl 3.5.1-1 in web",
  title: "title",
  fixedIn,
});
const findings = [
  finding("CVE-2026-0001", "CRITICAL", "3.5.2-1"),
  finding("CVE-2026-0002", "CRITICAL", null),
  finding("CVE-2026-0003", "MEDIUM", "3.5.2-1"),
];
const scans: Scan[] = [
  { what: "image web", scanned: true, findings },
  { what: "package-lock.json", scanned: false, why: "the registry has no advisories" },
];
const list: Accepted[] = [{ id: "DS-0026", subject: "Dockerfile", reason: "probes", until: "2026-12-31" }];
const notScanned = "not scanned: package-lock.json: the registry has no advisories";
const late = [expect.stringContaining("DS-0026 in Dockerfile was accepted until 2026-12-31")];

it.each([
  { what: "with --gate", today: "2026-12-01", gate: true, allowUnscanned: false, scan: [notScanned] },
  { what: "with --gate --allow-unscanned", today: "2026-12-01", gate: true, allowUnscanned: true, scan: [] },
])("$what it names what can be corrected, with its correction", ({ today, gate, allowUnscanned, scan }) => {
  expect(reasonsAgainst(sortFindings(scans, list, today), scans, list, { today, gate, allowUnscanned })).toEqual([
    "CVE-2026-0001 (critical) in openssl 3.5.1-1 in web: corrected in 3.5.2-1",
    ...scan,
  ]);
});

it.each([
  ["2026-12-31", []],
  ["2027-01-01", late],
])("without --gate only a passed date counts, also where its finding was not found: %s", (today, expected) => {
  const how = { today, gate: false, allowUnscanned: false };
  expect(reasonsAgainst(sortFindings(scans, list, today), scans, list, how)).toEqual(expected);
});
