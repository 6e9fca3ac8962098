import { day } from "@analyze/common/time";
import type { Hop } from "../../line/record.ts";
import { visible } from "../../line/value.ts";
import { quoteValue } from "../../line/value.ts";
import type { Attempt } from "../probe/attempt.ts";
import type { Certificate } from "../probe/certificate.ts";
import { commandsOf } from "../probe/place.ts";
import type { Probed } from "../probe/probe.ts";
import { portOf, type Target } from "../probe/target.ts";
import { isUnknownHost } from "../probe/verdict.ts";
import { well, type Finding } from "@analyze/common/finding";

/** The hops in the order of the checks: OpenSSL checks trust and dates before Node checks the name. */
const order: Hop[] = [
  "dns",
  "tcp",
  "tls",
  "tls-trust",
  "tls-expired",
  "tls-name",
  "edge",
  "upstream",
  "app",
  "contract",
];

const soonDays = 30;

/** The result of a probe: its last attempt, and the certificate, from a second handshake if needed. */
interface View {
  target: Target;
  attempt: Attempt;
  certificate: Certificate | undefined;
}

type Seen = (view: View) => Finding;

function took(ms: number | undefined): string {
  return ms === undefined ? "" : `, ${ms} ms`;
}

const seen: Record<Hop, Seen> = {
  dns: ({ target: { url, address }, attempt: { address: used, phases } }) =>
    address === undefined
      ? well("dns", `${url.hostname} is ${used ?? "known"}${took(phases.dns)}`)
      : well("dns", `no lookup: ANALYZE_ADDRESS pins ${address.ip}`),
  tcp: ({ target, attempt: { address, phases } }) =>
    well("tcp", `${address} port ${portOf(target)} accepts${took(phases.tcp)}`),
  tls: ({ attempt: { phases } }) => well("tls", `handshake${took(phases.tls)}`),
  "tls-trust": ({ target, certificate }) => {
    const trusted = target.ca === undefined ? "one of Node's own roots" : "ANALYZE_CA_FILE";
    return well("tls-trust", `signed by ${quoteValue(certificate?.issuer ?? "a CA")}, trusted by ${trusted}`);
  },
  "tls-expired": ({ target, certificate }) => {
    if (certificate === undefined) return well("tls-expired", "valid now");
    const days = Math.floor((certificate.validTo - Date.now()) / day);
    const soon = { means: "the certificate expires soon", next: commandsOf(target).certificate };
    return well("tls-expired", `valid for ${days} more days`, days < soonDays ? soon : undefined);
  },
  "tls-name": ({ target: { url }, certificate }) =>
    well("tls-name", `for ${quoteValue(certificate?.names ?? "")}, ${url.hostname} among them`),
  edge: ({ attempt: { answer } }) => well("edge", `forwards the request (${answer?.status ?? "answer begun"})`),
  upstream: ({ attempt: { answer } }) => well("upstream", `${quoteValue(answer?.servedBy ?? "the app")} answers`),
  app: ({ attempt: { answer } }) => well("app", `HTTP ${answer?.status}`),
  contract: () => well("contract", "the answer is correct for the text that was sent"),
};

function broken(hop: Hop, { verdict, advice, attempts }: Probed): Finding {
  const parts = [verdict.err, attempts.at(-1)?.failure?.message, verdict.out && quoteValue(verdict.out)];
  const saw = parts.filter((part) => part !== undefined && part !== "").join(", ");
  return { name: hop, state: "broken", saw: visible(saw.slice(0, 300)), ...advice };
}

function clock(target: Target, { attempts }: Probed): Finding | undefined {
  const theirs = Date.parse(attempts.at(-1)?.answer?.date ?? "");
  if (Number.isNaN(theirs)) return undefined;
  const seconds = Math.round((Date.now() - theirs) / 1000);
  const wrong = {
    means: "one of the two clocks is wrong, which makes slots and certificate checks wrong",
    next: commandsOf(target).clock,
  };
  return well("clock", `${Math.abs(seconds)} s from the edge's clock`, Math.abs(seconds) > 30 ? wrong : undefined);
}

/** The hop that shows a fault. Some faults of the edge appear in the handshake: nothing behind it was reached. */
function placeOf(hop: Hop, err: string): Hop {
  if (isUnknownHost(err)) return "tls";
  return err === "FAKE_CERTIFICATE" ? "tls-trust" : hop;
}

/** The hops that one probe shows, up to the broken one. */
export function* findingsOnTheWay(target: Target, probed: Probed): Generator<Finding> {
  const { verdict, attempts, shown } = probed;
  const attempt = attempts.at(-1);
  const certificate = attempt?.certificate ?? shown?.certificate;
  const brokenAt = verdict.err === undefined ? undefined : placeOf(verdict.hop, verdict.err);
  for (const hop of order) {
    if (hop === brokenAt) {
      yield broken(verdict.hop, probed);
      return;
    }
    if (attempt !== undefined) yield seen[hop]({ target, attempt, certificate });
  }
  const compared = clock(target, probed);
  if (compared !== undefined) yield compared;
}
