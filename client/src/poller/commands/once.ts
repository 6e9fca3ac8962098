import { createProber } from "../prober.ts";
import { readConfig, type Config } from "../config.ts";
import { formatLine } from "../../line/format.ts";
import type { RunLine } from "../../line/record.ts";
import { allowanceFor, type Probed } from "../probe/probe.ts";
import { datedAuthorities } from "../settings/trust.ts";
import { calendar } from "../../log/calendar.ts";
import type { Attempt } from "../probe/attempt.ts";
import { shownUrl } from "../probe/target.ts";
import { quoteValue } from "../../line/value.ts";

function phases({ phases: { dns, tcp, tls, wait } }: Attempt): string {
  const reached = Object.entries({ dns, tcp, tls, wait }).filter(([, ms]) => ms !== undefined);
  return reached.length === 0 ? "nothing" : reached.map(([phase, ms]) => `${phase} ${ms} ms`).join(" · ");
}

function row(name: string, value: string | undefined): string {
  return value === undefined ? "" : `  ${name.padEnd(12)} ${value}\n`;
}

/** A probe as text: attempts by phase, verdict, and next step. */
function describeProbe(config: Config, line: RunLine, { attempts, shown, advice }: Probed): string {
  const certificate = attempts.at(-1)?.certificate ?? shown?.certificate;
  const until = certificate && new Date(certificate.validTo).toISOString().slice(0, 10);
  const answered =
    line.status === undefined ? undefined : `${line.status} ${line.out === undefined ? "" : quoteValue(line.out)}`;
  return [
    `${line.kind} ${line.hop} ${line.err ?? ""}`.trimEnd(),
    "\n",
    row("url", shownUrl(config.url)),
    row("address", line.addr),
    ...attempts.map((attempt, index) => row(`attempt ${index + 1}`, phases(attempt))),
    row("certificate", certificate && `${quoteValue(certificate.subject)} until ${until} (${line.cert} days)`),
    row("answer", answered),
    row("first error", line.first),
    row("id", line.id),
    row("means", advice?.means),
    row("next", advice?.next),
  ].join("");
}

/** One probe now, outside the log. Resolves with 0 if it was good, otherwise 1. */
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
