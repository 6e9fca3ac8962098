import { UserError } from "@analyze/common/errors";
import { printFindings } from "@analyze/common/finding";
import { examine } from "../doctor/doctor.ts";

/** Options of the command line. */
export interface DoctorOptions {
  json?: boolean;
  cluster?: boolean;
}

/** `analyze doctor`. Resolves with the exit code. */
export async function doctor(
  env: NodeJS.ProcessEnv,
  version: string,
  { json = false, cluster }: DoctorOptions,
): Promise<number> {
  if (cluster) {
    throw new UserError("The host has no kubectl. To examine the cluster, type in the project: npm run doctor:cluster");
  }
  return printFindings(examine(env, version), json);
}
