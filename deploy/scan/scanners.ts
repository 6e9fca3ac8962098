import type { ImageRecord } from "../images/record.ts";
import { type Output, run } from "../run.ts";
import type { Finding, Scan } from "./finding.ts";
import { auditFindings, hadolintFindings, trivyFindings } from "./parse.ts";

/** Runs a scanner whose output is JSON. Whatever goes wrong means "not scanned", with the scanner's last line. */
async function scan(
  what: string,
  program: string,
  args: readonly string[],
  findings: (json: unknown) => Finding[],
  cwd: string,
): Promise<Scan> {
  const output = await run(program, args, { cwd });
  try {
    return { what, scanned: true, findings: findings(JSON.parse(output.stdout)) };
  } catch {
    return { what, scanned: false, why: reasonOf(program, output) };
  }
}

function reasonOf(program: string, { code, stderr }: Output): string {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return last === "" ? `${program} ended with exit code ${code}` : last.slice(0, 160);
}

const quiet = ["--quiet", "--format", "json", "--exit-code", "0"];

/** Every scan that this machine can do, in the project's folder. */
export async function scanAll(root: string, images: ImageRecord | null): Promise<Scan[]> {
  const scans: Scan[] = [];
  for (const one of ["Dockerfile", "ingress"]) {
    scans.push(
      await scan(
        `${one}: configuration (Trivy)`,
        "trivy",
        ["config", ...quiet, "--skip-check-update", one],
        trivyFindings,
        root,
      ),
    );
  }
  scans.push(
    await scan(
      "Dockerfile: rules (hadolint)",
      "hadolint",
      ["--format", "json", "--no-fail", "Dockerfile"],
      hadolintFindings,
      root,
    ),
  );
  const secrets = ["fs", ...quiet, "--scanners", "secret", "--skip-dirs", "**/node_modules", "."];
  scans.push(await scan("Checkout: secrets (Trivy)", "trivy", secrets, trivyFindings, root));
  for (const folder of [".", "cdktf"]) {
    const what = `${folder === "." ? "" : `${folder}/`}package-lock.json: vulnerabilities (npm audit)`;
    scans.push(await scan(what, "npm", ["audit", "--json", "--prefix", folder], auditFindings, root));
  }
  return [...scans, ...(await scanImages(root, images))];
}

async function scanImages(root: string, images: ImageRecord | null): Promise<Scan[]> {
  const scans: Scan[] = [];
  for (const [name, reference] of Object.entries(images?.images ?? {})) {
    const one = (what: string, scanners: string): Promise<Scan> => {
      const args = ["image", ...quiet, "--image-src", "remote", "--scanners", scanners, reference];
      return scan(`image ${name}: ${what} (Trivy)`, "trivy", args, trivyFindings, root);
    };
    // Apart: without its database Trivy would scan nothing at all.
    scans.push(await one("vulnerabilities", "vuln"), await one("secrets, licences", "secret,license"));
  }
  return scans;
}
