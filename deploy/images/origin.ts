import { execFileSync } from "node:child_process";
import manifest from "../../package.json" with { type: "json" };

function revision(root: string): string {
  try {
    const args = ["describe", "--always", "--dirty", "--abbrev=40"];
    return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}

/** Arguments of `docker build` that label an image with its version and, where git knows it, its commit. */
export function originArguments(root: string): string[] {
  return ["--build-arg", `VERSION=${manifest.version}`, "--build-arg", `REVISION=${revision(root)}`];
}
