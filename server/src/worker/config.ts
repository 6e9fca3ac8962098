import { readSettings, type Environment } from "@analyze/common/settings";
import { z } from "zod";
import { commonVariables, drainFits, drainTooLong, runConfigOf, type RunConfig } from "../shared/environment.ts";

const variables = z.object(commonVariables({ port: 8081, metricsPort: 9091 })).refine(drainFits, drainTooLong);

/** Worker's configuration from the environment. Throws a SettingsError with every fault. */
export function readConfig(environment: Environment): RunConfig {
  return runConfigOf(readSettings(variables, environment));
}
