import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith } from "@analyze/common/errors";
import { refuseArguments } from "@analyze/common/usage";
import { drawFiles } from "./files.ts";

surviveClosedPipes();

// npm run monitoring: writes the files of Prometheus and Grafana from the sources in this folder.
try {
  refuseArguments("npm run monitoring", process.argv.slice(2));
  for (const [file, text] of Object.entries(drawFiles())) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`${file}\n`);
  }
} catch (error) {
  endWith(error);
}
