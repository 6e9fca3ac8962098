import { spawnSync } from "node:child_process";
import manifest from "../../package.json" with { type: "json" };
import { originArguments } from "./origin.ts";

const [option, own] = process.argv.slice(2);
const tags = option === "--tag" && own !== undefined ? [own] : [manifest.version, "latest"];
const labels = originArguments(process.cwd());

for (const name of ["web", "worker", "client", "certs"]) {
  const names = tags.flatMap((tag) => ["--tag", `analyze/${name}:${tag}`]);
  process.stdout.write(`▸ analyze/${name}\n`);
  const { status, error } = spawnSync("docker", ["build", "--quiet", "--target", name, ...names, ...labels, "."], {
    stdio: "inherit",
  });
  if (status === 0) continue;
  process.stderr.write(
    error ? "docker is not there: install Docker, and start it\n" : `analyze/${name} was not built\n`,
  );
  process.exit(status ?? 1);
}
