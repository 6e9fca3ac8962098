import { fileURLToPath } from "node:url";
import { validUsage } from "@analyze/common/usage";
import { attach } from "../../../deploy/run.ts";

const checker = fileURLToPath(new URL("../../../scripts/analyze-usage.ts", import.meta.url));

/**
 * Whether these arguments of the client's command can go to the host. This clone's client checks them, so that nothing of AWS is needed
 * to learn that they are wrong; it prints its help or what is wrong, and the exit code is set.
 */
export async function isClientUsage(args: readonly string[]): Promise<boolean> {
  const code = await attach(process.execPath, [checker, ...args]);
  if (code === validUsage) return true;
  process.exitCode = code;
  return false;
}
