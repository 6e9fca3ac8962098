import { resolve } from "node:path";
import { settingsFile } from "../settings-file.ts";
import { writeWhole } from "./files.ts";

const paths = new Set(["ANALYZE_CA_FILE", "ANALYZE_LOG"]);

/** Leaves the client's settings for `npm run analyze`, with paths that hold in every folder. */
export function leaveSettings(env: Record<string, string>): void {
  const lines = Object.entries(env).map(([name, value]) => `${name}="${paths.has(name) ? resolve(value) : value}"\n`);
  writeWhole(settingsFile, `# Written by npm start; read by npm run analyze.\n${lines.join("")}`);
}
