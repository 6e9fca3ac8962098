import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { printFindings } from "@analyze/common/finding";
import { applyUsageRules } from "@analyze/common/usage";
import { Command } from "commander";
import { connect } from "./cluster.ts";
import { examine } from "./examine.ts";

surviveClosedPipes();

interface DoctorOptions {
  host?: string;
  namespace: string;
  certificates: string;
  json: boolean;
}

/** The hostname of ANALYZE_URL. */
function hostOfUrl({ ANALYZE_URL: url }: NodeJS.ProcessEnv): string {
  const text = url || "https://analyze.test";
  if (URL.canParse(text)) return new URL(text).hostname;
  throw new UserError("ANALYZE_URL is no URL: correct it, or name the edge with --host.");
}

async function doctor({ host = hostOfUrl(process.env), namespace, certificates, json }: DoctorOptions): Promise<void> {
  const file = process.env["ANALYZE_CA_FILE"] || join(certificates, "ca.crt");
  const folder = basename(file) === "ca.crt" ? dirname(file) : certificates;
  const ca = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  process.exitCode = await printFindings(examine(connect(), { namespace, host, ca, certificates: folder }), json);
}

const program = new Command("npm run doctor:cluster --")
  .description("check the deployment in the cluster of your context; exit code 1 at the first broken check")
  .option("--host <name>", "hostname of the edge (default: that of ANALYZE_URL, else analyze.test)")
  .option("-n, --namespace <name>", "namespace of the Helm release", "analyze")
  .option("--certificates <folder>", "where ca.crt is; ANALYZE_CA_FILE names another file", "certs/issued")
  .option("--json", "as JSON", false)
  .action(doctor);
applyUsageRules(program);

try {
  await program.parseAsync();
} catch (error) {
  endWith(error);
}
