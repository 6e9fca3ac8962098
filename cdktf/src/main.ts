import { refuseArguments } from "@analyze/common/usage";
import { readConfig } from "./config.ts";
import { exitCodeOf, explain } from "./explain.ts";
import { synth } from "./synth.ts";

/** The program of `cdktf` and `npm run synth`. */
try {
  refuseArguments("npm run synth", process.argv.slice(2));
  await synth(readConfig(process.env));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
