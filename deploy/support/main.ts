import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith } from "@analyze/common/errors";
import { refuseArguments } from "@analyze/common/usage";
import { endingSupport, supported } from "./dates.ts";

surviveClosedPipes();

/** `npm run support-dates`: the table, and exit code 1 when something ends within the notice. */
try {
  refuseArguments("npm run support-dates", process.argv.slice(2));
  for (const { what, version, end } of supported) {
    process.stdout.write(`${(end ?? "no date").padEnd(12)}${what} ${version}\n`);
  }
  const ending = endingSupport(new Date());
  for (const sentence of ending) process.stderr.write(`${sentence}\n`);
  if (ending.length > 0) process.exitCode = 1;
} catch (error) {
  endWith(error);
}
