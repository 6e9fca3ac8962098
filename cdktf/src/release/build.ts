import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../../../deploy/run.ts";
import type { Target } from "../settings/target.ts";
import { packRelease, type Release } from "./release.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url));

/** Bundles the client, packs it with its unit files and the stage's settings. Rejects with a UserError where the bundle cannot be built. */
export async function buildRelease(target: Pick<Target, "settings" | "caFile">): Promise<Release> {
  await must(process.execPath, ["scripts/build.ts", "client"], { cwd: project });
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
