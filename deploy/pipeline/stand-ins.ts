import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority } from "@analyze/certs";
import { must } from "../run.ts";
import type { StandIns } from "./expressions.ts";
import { gitHubIn } from "./github.ts";
import { end, startMoto, startRegistry } from "./programs.ts";

/** The stand-ins for GitHub and AWS on one machine. */
export interface Running {
  /** Current values of `${{ … }}`: a job may have written the plan's hash. */
  expressions(): StandIns;
  /** Replacements of a workflow's variables that refer to GitHub or AWS. */
  readonly overrides: StandIns;
  /** Replacements of hosts at the beginning of a value. */
  readonly hosts: StandIns;
  /** Further variables of every command. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * Starts a registry and, if `aws`, an AWS API; creates a key pair and a release folder for `gh`. `commit`: the
 * workflow's commit, and its version. Rejects with a UserError.
 */
export async function startStandIns(
  folder: string,
  { commit, version }: { readonly commit: string; readonly version: string },
  aws: boolean,
): Promise<Running> {
  const password = "of-this-run";
  await must("cosign", ["generate-key-pair", "--output-key-prefix", join(folder, "cosign")], {
    env: { COSIGN_PASSWORD: password },
  });
  const registry = await startRegistry(folder);
  const starting = aws ? startMoto() : Promise.resolve(null);
  const moto = await starting.catch(async (error: unknown) => {
    await end(registry.program);
    throw error;
  });
  const tag = `v${version}`;
  const gitHub = gitHubIn(folder, commit, tag);
  const programs = [registry.program, ...(moto === null ? [] : [moto.program])];
  return {
    expressions: () => ({
      "github.repository": "owner/analyze",
      "github.token": "none",
      "vars.ECR": registry.address,
      "vars.STATE_BUCKET": "",
      "vars.RELEASE_HOST": "",
      "vars.RELEASE_PATH": "",
      // all suites
      "matrix.suites": "",
      "inputs.version": tag,
      "inputs.plan": gitHub.approved(),
    }),
    hosts: { "ghcr.io/": `${registry.address}/` },
    overrides: {
      // moto lacks many of prod's resources
      ANALYZE_STAGE: "dev",
      PLATFORMS: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
      SIGNER: `--key=${join(folder, "cosign.key")}`,
      TRUSTED: `--key=${join(folder, "cosign.pub")}`,
    },
    env: { COSIGN_PASSWORD: password, ...(await stage(folder)), ...gitHub.env, ...moto?.env },
    stop: async () => {
      for (const program of programs) await end(program);
    },
  };
}

/** The settings of a stage's first deployment. */
async function stage(folder: string): Promise<Record<string, string>> {
  const { certificate } = await createAuthority({ hosts: ["analyze.test"] });
  const file = join(folder, "ca.crt");
  writeFileSync(file, certificate);
  return { ANALYZE_ACCESS: "ssm", ANALYZE_CA_FILE: file };
}
