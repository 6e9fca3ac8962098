import { existsSync } from "node:fs";
import { settingsFile } from "./settings-file.ts";

// npm run analyze: the client's commands in a checkout, with the settings of npm start where none are given. A host that
// the client is installed on has its own.
const hostFile = "/etc/analyze/client.env";
const isSet = Object.entries(process.env).some(([name, value]) => name.startsWith("ANALYZE_") && value);
if (!isSet && !existsSync(hostFile) && existsSync(settingsFile)) {
  process.loadEnvFile(settingsFile);
  process.stderr.write(`Settings: ${settingsFile}, as npm start left them\n`);
}
await import("../client/src/main.ts");
