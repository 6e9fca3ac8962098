import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith } from "@analyze/common/errors";
import { refuseArguments } from "@analyze/common/usage";
import { project } from "../images/docker.ts";
import { readmeOf } from "./readme.ts";

surviveClosedPipes();

/** `npm run chart:readme`: writes ingress/README.md from Chart.yaml and values.yaml. */
const text = (file: string): string => readFileSync(join(project, "ingress", file), "utf8");
try {
  refuseArguments("npm run chart:readme", process.argv.slice(2));
  writeFileSync(join(project, "ingress", "README.md"), readmeOf(text("Chart.yaml"), text("values.yaml")));
} catch (error) {
  endWith(error);
}
