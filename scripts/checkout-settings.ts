import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { writeWhole } from "./start/files.ts";

/** The settings of the last `npm start`, below the working directory. */
const settingsFile = "logs/analyze.env";
/** The settings of the client that is installed on a host. */
const hostFile = "/etc/analyze/client.env";
/** The settings that npm start always writes. */
const written = ["ANALYZE_URL", "ANALYZE_ADDRESS", "ANALYZE_CA_FILE", "ANALYZE_PLACE", "ANALYZE_LOG"];

const paths = new Set(["ANALYZE_CA_FILE", "ANALYZE_LOG"]);

/** Writes the settings of client and private stores for `npm run analyze`, `tasks` and `data`, with absolute paths. */
export function leaveSettings(env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}="${paths.has(name) ? resolve(value) : value}"\n`);
  writeWhole(settingsFile, `# Written by npm start; read by npm run analyze, tasks and data.\n${lines.join("")}`);
}

/**
 * Adds the settings of the last `npm start` to `env` if it has none; an empty variable counts as not set. Returns a
 * sentence on the origin of the settings. The address and CA of one edge are wrong for another one, so with a URL in
 * `env` the file is not used. A host with an installed client has its own settings.
 */
export function addCheckoutSettings(env: NodeJS.ProcessEnv): string | undefined {
  const given = takeGiven(env);
  const found = existsSync(settingsFile);
  if (existsSync(hostFile)) return found ? leftOut(`this host has ${hostFile}`) : undefined;
  env["ANALYZE_PLACE"] ||= "start";
  if (!found)
    return given.length > 0 ? undefined : "Settings: none yet. Run npm start: it leaves them for this command";
  if (env["ANALYZE_URL"]) return leftOut("ANALYZE_URL is set");
  const settings = readSettings();
  if (typeof settings === "string") return leftOut(`it is damaged (${settings}). npm start writes it again`);
  for (const [name, value] of Object.entries(settings)) {
    if (name.startsWith("ANALYZE_") && value && !given.includes(name)) env[name] = value;
  }
  return `Settings: ${settingsFile}, as npm start left them${given.length > 0 ? `, and ${given.join(", ")} from the environment` : ""}`;
}

function leftOut(why: string): string {
  return `Settings: not those of ${settingsFile}, since ${why}`;
}

/** The client's variables that are set; the empty ones are removed. */
function takeGiven(env: NodeJS.ProcessEnv): string[] {
  const names = Object.keys(env).filter((name) => name.startsWith("ANALYZE_"));
  for (const name of names) if (!env[name]) delete env[name];
  return names.filter((name) => env[name]);
}

/** The settings in the file, or what is wrong with it. */
export function readSettings(): Record<string, string | undefined> | string {
  try {
    const settings = parseEnv(readFileSync(settingsFile, "utf8"));
    const missing = written.filter((name) => !settings[name]);
    if (missing.length > 0) return `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`;
    return settings;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
