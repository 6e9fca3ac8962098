import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { ImageRecord } from "../images/record.ts";
import { isCheckout } from "../images/origin.ts";
import { failure, must, type Output, run } from "../run.ts";
import type { Finding, Scan } from "./finding.ts";
import { auditFindings, checkovFindings, hadolintFindings, trivyFindings } from "./parse.ts";

/** A scanner whose output is JSON. */
interface Scanner {
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Highest exit code of a complete scan: some end with 1 where they find something. */
  readonly highestCode: 0 | 1;
  findings(json: unknown): Finding[];
}

/** Every scan that this machine can do, of the project's folder and of the files in git. Rejects with a UserError outside of a checkout. */
export async function scanAll(root: string, images: ImageRecord | null): Promise<Scan[]> {
  if (!(await isCheckout(root)))
    throw failure("The scan takes the files that are in git, and this folder is no checkout: use git clone.");
  const tracked = mkdtempSync(join(tmpdir(), "analyze-scan-"));
  try {
    await must("git", ["checkout-index", "--all", `--prefix=${tracked}/`], { cwd: root });
    const scans: Scan[] = [];
    for (const scanner of [...filesOf(tracked), ...dependenciesOf(root), ...scannersOf(images)])
      scans.push(await scan(scanner));
    return images === null ? [...scans, notPushed] : scans;
  } finally {
    rmSync(tracked, { recursive: true });
  }
}

const notPushed: Scan = {
  what: "Images: vulnerabilities, secrets, licences (Trivy)",
  scanned: false,
  why: "none was named: `npm run scan -- --images` scans what `npm run images -- --push` has written down",
};

const quiet = ["--quiet", "--format", "json", "--exit-code", "0"];

function trivy(what: string, cwd: string, ...args: string[]): Scanner {
  return { what: `${what} (Trivy)`, program: "trivy", args, cwd, highestCode: 0, findings: trivyFindings };
}

/** Only the files in git: a person's keys and states are in the same folder. */
function filesOf(cwd: string): Scanner[] {
  const frameworks = ["dockerfile", "github_actions"];
  // The files below cdktf/ are for tests; its stages are checked after synth, by cdktf/test/checkov.system.test.ts.
  const where = ["--directory", ".", "--skip-path", "cdktf", "--framework", ...frameworks];
  const checkov = [...where, "--skip-download", "--compact", "--quiet"];
  return [
    ...["Dockerfile", "ingress"].map((one) =>
      trivy(`${one}: configuration`, cwd, "config", ...quiet, "--skip-check-update", one),
    ),
    {
      what: "Dockerfile: rules (hadolint)",
      program: "hadolint",
      args: ["--format", "json", "--no-fail", "Dockerfile"],
      cwd,
      highestCode: 0,
      findings: hadolintFindings,
    },
    {
      what: "Dockerfile, workflows: configuration (checkov)",
      program: "checkov",
      args: [...checkov, "--output", "json"],
      cwd,
      highestCode: 1,
      findings: checkovFindings,
    },
    trivy("Files in git: secrets", cwd, "fs", ...quiet, "--scanners", "secret", "."),
  ];
}

/** The locked packages; their licences are read from node_modules. */
function dependenciesOf(cwd: string): Scanner[] {
  return [".", "cdktf"].flatMap((folder) => {
    const lock = `${folder === "." ? "" : `${folder}/`}package-lock.json`;
    return [
      {
        what: `${lock}: vulnerabilities (npm audit)`,
        program: "npm",
        args: ["audit", "--json", "--loglevel=error", "--prefix", folder],
        cwd,
        highestCode: 1,
        findings: auditFindings,
      },
      trivy(`${lock}: vulnerabilities`, cwd, "fs", ...quiet, "--scanners", "vuln", lock),
      trivy(`${lock}: licences`, cwd, "fs", ...quiet, "--scanners", "license", lock),
    ];
  });
}

function scannersOf(images: ImageRecord | null): Scanner[] {
  return Object.entries(images?.images ?? {}).flatMap(([name, reference]) =>
    // Separate, because Trivy without its database would scan nothing at all.
    [
      { what: "vulnerabilities", scanners: "vuln" },
      { what: "secrets, licences", scanners: "secret,license" },
    ].map(({ what, scanners }) => {
      const args = ["image", ...quiet, "--image-src", "remote", "--scanners", scanners, reference];
      return trivy(`image ${name}: ${what}`, tmpdir(), ...args);
    }),
  );
}

/** Runs a scanner. Any failure means "not scanned", with the scanner's message. */
async function scan({ what, program, args, cwd, highestCode, findings }: Scanner): Promise<Scan> {
  const output = await run(program, args, { cwd });
  if (output.code > highestCode) return { what, scanned: false, why: reasonOf(program, output) };
  try {
    return { what, scanned: true, findings: findings(JSON.parse(output.stdout)) };
  } catch {
    return { what, scanned: false, why: reasonOf(program, output) };
  }
}

/** The last line with a reason, without parts that differ between runs or machines. Pure. */
export function reasonOf(program: string, { code, stderr }: Output): string {
  if (stderr.includes("failed to download vulnerability DB")) return "its vulnerability database cannot be reached";
  const lines = stripVTControlCharacters(stderr)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes("A complete log of this run"));
  const last = lines.at(-1)?.replace(/^(?:\d{4}-\d\d-\d\dT\S+\s+[A-Z]+\s+|npm error )/, "");
  if (last !== undefined) return last.trim().slice(0, 160);
  return code === 0 ? `${program} printed no complete report` : `${program} ended with exit code ${code}`;
}
