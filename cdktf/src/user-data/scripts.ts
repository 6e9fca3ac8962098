import { readFileSync } from "node:fs";

/** The shell scripts that a host gets, as text. */
export interface HostScripts {
  readonly setup: string;
  readonly update: string;
  readonly command: string;
}

export function readHostScripts(): HostScripts {
  return { setup: read("analyze-setup.sh"), update: read("analyze-update.sh"), command: read("analyze.sh") };
}

function read(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}
