import { readFile } from "node:fs/promises";
import type { Config } from "./config.ts";
import { authoritiesFault } from "./settings/authorities.ts";

/**
 * Returns the configuration with the CAs that ANALYZE_CA_FILE holds now. The file is read for each slot, so a client
 * follows the replacement of a CA without a restart. A file that cannot be used changes nothing, and is reported once.
 */
export function followCa(config: Config, warn: (message: string) => void): () => Promise<Config> {
  const { caFile } = config;
  let current = config;
  let reported = "";
  if (caFile === undefined) return async () => config;
  return async () => {
    const [pem, fault] = await readCa(caFile);
    if (fault !== "" && fault !== reported) warn(`${caFile} ${fault}. The CAs that were read before stay in use.`);
    reported = fault;
    if (fault === "" && pem !== current.ca) current = { ...current, ca: pem };
    return current;
  };
}

/** The content of the file, and what is wrong with it: empty when it can be used. */
async function readCa(caFile: string): Promise<[pem: string, fault: string]> {
  try {
    const pem = await readFile(caFile, "utf8");
    return [pem, authoritiesFault(pem, Date.now()) ?? ""];
  } catch (error) {
    return ["", `cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
