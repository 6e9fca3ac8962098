import { readConfig } from "./config.ts";
import { exitCodeOf, explain } from "./explain.ts";
import { synth } from "./synth.ts";

/** The program of `cdktf` and `npm run synth`. */
try {
  await synth(readConfig(process.env));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
