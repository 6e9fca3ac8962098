import { createProber } from "../prober.ts";
import { readConfig } from "../config.ts";
import { formatLine } from "../../line/index.ts";
import { allowanceFor } from "../probe/probe.ts";
import { datedAuthorities } from "../settings/authorities.ts";
import { calendar } from "../../log/calendar.ts";
import { describeProbe } from "./describe.ts";

/** One probe now, outside the log. Resolves with 0 when it was good, 1 when not. */
export async function probeOnce(
  env: NodeJS.ProcessEnv,
  version: string,
  { json, line: asLine }: { json?: true; line?: true },
): Promise<number> {
  const config = readConfig(env);
  for (const message of datedAuthorities(config.ca, Date.now())) process.stderr.write(`analyze: ${message}\n`);
  const probe = createProber(config, allowanceFor(calendar(config.schedule).shortestStep), version);
  const { line, probed } = await probe(Math.floor(Date.now() / 1000) * 1000);
  if (json)
    process.stdout.write(
      `${JSON.stringify({ ...line, time: new Date(line.time).toISOString(), advice: probed.advice })}\n`,
    );
  else process.stdout.write(asLine ? formatLine(line) : describeProbe(config, line, probed));
  return line.kind === "FAIL" ? 1 : 0;
}
