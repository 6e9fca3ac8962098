import type { Config } from "../config.ts";
import type { RunLine } from "../../line/index.ts";
import type { Attempt } from "../probe/attempt.ts";
import type { Probed } from "../probe/probe.ts";
import { shownUrl } from "../probe/target.ts";
import { quoteValue } from "../../line/value.ts";

function phases({ phases: { dns, tcp, tls, wait } }: Attempt): string {
  const reached = Object.entries({ dns, tcp, tls, wait }).filter(([, ms]) => ms !== undefined);
  return reached.length === 0 ? "nothing" : reached.map(([phase, ms]) => `${phase} ${ms} ms`).join(" · ");
}

function row(name: string, value: string | undefined): string {
  return value === undefined ? "" : `  ${name.padEnd(12)} ${value}\n`;
}

/** One probe for people: its attempts in phases, the verdict, and what to do next. */
export function describeProbe(config: Config, line: RunLine, { attempts, shown, advice }: Probed): string {
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
