import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Vitest's global setup: one folder has the temporary files of a whole run, and is removed at its end with everything
 * that tests left. Its name is short, because of paths of sockets, and other users may pass through it, as through
 * /tmp.
 */
export default function setup(): () => void {
  const outer = process.env["TMPDIR"];
  const folder = mkdtempSync(join(tmpdir(), "t-"));
  chmodSync(folder, 0o755);
  process.env["TMPDIR"] = folder;
  return () => {
    if (outer === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = outer;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
