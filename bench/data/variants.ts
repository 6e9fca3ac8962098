import { fileURLToPath } from "node:url";
import type { Hop } from "../processes.ts";

/** A measured web with `/data`. */
export interface DataVariant {
  readonly name: string;
  readonly web: Hop;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The shipped bundle of `npm run build`. It waits for a slow server, as PyMongo does. */
export const ours: DataVariant = {
  name: "**ours**, as shipped, everything on",
  web: {
    command: process.execPath,
    args: () => [here("../../dist/web/main.mjs")],
    env: { API_RATE: "1000000", DATA_QUOTA: "10000000", MONGODB_TIMEOUT_MS: "20000", WORKER_URL: "http://127.0.0.1:1" },
  },
};

/** Flask and PyMongo under gunicorn. `python`: the venv's bin folder. */
export function pymongo(python: string, ...settings: readonly string[]): DataVariant {
  return {
    name: `Flask + PyMongo, gunicorn ${settings.join(" ")}`,
    web: {
      command: `${python}/gunicorn`,
      args: (port) => [...settings, "--log-level=error", `--bind=127.0.0.1:${port}`, "web:app"],
      cwd: here("../peers/pymongo"),
    },
  };
}
