import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Target } from "../settings/target.ts";
import { packRelease, type Release } from "./release.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url));

/** Bundles the client, packs it with its unit files and the stage's settings. Throws when the bundle cannot be built. */
export async function buildRelease(target: Pick<Target, "settings" | "caFile">): Promise<Release> {
  const built = spawnSync(process.execPath, ["scripts/build.ts", "client"], { cwd: project, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`The client's bundle was not built:\n${built.stdout}${built.stderr}`);
  return packRelease(
    {
      bundle: join(project, "dist", "client", "main.mjs"),
      unitFolder: join(project, "client", "systemd"),
      caFile: target.caFile,
      settings: target.settings,
    },
    join(project, "cdktf", "dist", "releases"),
  );
}
