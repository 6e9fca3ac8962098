import { typed } from "../../log/typed.ts";
import { day, hour, minute } from "@analyze/common/time";
import type { Hop } from "../../line/record.ts";
import { visible } from "../../line/value.ts";
import { readingNotes } from "../read/tally.ts";
import type { Maintenance, Outage, Slots, State } from "./account.ts";
import type { Objective, Report } from "./summary.ts";

/** Milliseconds in the two largest units: `45 s`, `14 min`, `16 h 20 min`, `3 d 4 h`. */
export function inWords(duration: number): string {
  if (duration < minute) return `${Math.floor(duration / 1000)} s`;
  if (duration < hour) return `${Math.floor(duration / minute)} min`;
  const [large, small, size, rest] =
    duration < day ? (["h", "min", hour, minute] as const) : (["d", "h", day, hour] as const);
  const remainder = Math.floor((duration % size) / rest);
  return `${Math.floor(duration / size)} ${large}${remainder === 0 ? "" : ` ${remainder} ${small}`}`;
}

/** `2026-11-21 06:08`, UTC. */
export function atMinute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}

/** A share as percent with three decimals, truncated: only 1 is 100 %. */
export function percent(share: number | undefined): string {
  if (share === undefined) return "unknown";
  if (share === 1) return "100 %";
  return `${(Math.floor(share * 100_000 + 1e-6) / 1000).toFixed(3)} %`;
}

/** A number of minutes: a small one with a decimal, a smaller one in seconds. */
export function minutes(count: number): string {
  const seconds = Math.round(count * 60);
  if (Math.abs(seconds) < 60) return `${seconds} s`;
  const rounded = Math.abs(count) < 10 ? Math.round(count * 10) / 10 : Math.round(count);
  return `${rounded} min`;
}

/** `1 slot`, `2 slots` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** How long the edge's certificate is valid. */
export function certificate(days: number): string {
  return days < 0 ? `expired ${plural(-days, "day")} ago` : `${plural(days, "day")} left`;
}

/** The reasons of holes: those of gap lines, and those that the report finds. */
const holeReasons: Record<string, string> = {
  restart: "the client was not running",
  clock: "the clock was set",
  overlap: "the previous probe took too long",
  suspend: "the host or the client was suspended",
  disk: "the log could not be written for longer than lines can be kept",
  stopped: "the client was stopped",
  silent: "the client wrote nothing",
  unrecorded: "the log gives no reason",
  empty: "the log has no probe in this window",
};

/** The reasons of a hole in words. */
export function holeReason(why: string[]): string {
  return why.map((reason) => holeReasons[reason] ?? reason).join("; ");
}

/** The state in one sentence: does it work, and since when (not). */
export function stateSentence({ now, since, sinceBefore, fault, why }: State, to: number): string {
  const length = inWords(to - since);
  const start = `since ${sinceBefore ? "before " : ""}${atMinute(since)} UTC`;
  if (now === "up") return `UP for ${sinceBefore ? "at least " : ""}${length}, ${start}`;
  if (now === "down") return `DOWN for ${length}, ${start}, ${plural(fault?.failed ?? 0, "failed probe")}`;
  if (now === "planned") return `DOWN AS PLANNED for ${length}, ${start}: ${why?.join("; ")}`;
  return `UNKNOWN for ${length}, ${start}: ${holeReason(why ?? [])}`;
}

/** The results of the due slots, as a sum; planned ones only if there are any. */
export function slotSum({ due, ok, flaky, failed, planned, unknown }: Slots): string {
  const parts = [`${ok} ok`, `${flaky} flaky`, `${failed} failed`, ...(planned > 0 ? [`${planned} planned`] : [])];
  return `${due} due = ${[...parts, `${unknown} unknown`].join(" + ")}`;
}

/** How often slots are due, and by which schedule. */
export function cadence({ timeline, schedule }: Report): string {
  return `a probe every ${inWords(timeline.period)}${schedule === undefined ? "" : ` (${schedule})`}`;
}

/** From the first planned failure to the slot that ended it, or to the end of the window. */
export function maintenanceLength({ from, until }: Maintenance, { timeline }: Report): string {
  return `${inWords((until ?? timeline.to) - from)}${until === undefined ? ", ongoing" : ""}`;
}

/** The failing hop in words for the person on call. */
const faults: Record<Hop, { whose: string; meaning: string }> = {
  dns: { whose: "name resolution", meaning: "this host cannot resolve the service's name" },
  tcp: { whose: "the network or the edge's host", meaning: "nothing accepts the connection at the edge's address" },
  tls: { whose: "the edge", meaning: "the connection opens, but the TLS handshake fails" },
  "tls-trust": { whose: "the edge's certificate", meaning: "it is not signed by the CA that this host trusts" },
  "tls-name": { whose: "the edge's certificate", meaning: "it was issued for another name" },
  "tls-expired": {
    whose: "the edge's certificate",
    meaning: "it expired or is not valid yet, or this host's clock is wrong",
  },
  edge: { whose: "the edge", meaning: "it answered instead of the application" },
  upstream: {
    whose: "the application behind the edge",
    meaning: "the edge is up, but web cannot be reached or is too slow",
  },
  app: { whose: "the application", meaning: "web or worker answered with an error" },
  contract: { whose: "the application", meaning: "it answered 200, but not as the contract requires" },
};

/** Who has to act while it is down; undefined otherwise. */
export function faultSentence({ fault }: State): string | undefined {
  if (!fault) return undefined;
  const { whose, meaning } = faults[fault.hop];
  return `${whose} (${fault.hop}): ${meaning}`;
}

/** Whether the objective is held, with the figures that decide it. */
export function objectiveSentence(objective: Objective): string {
  const { target, held, budgetMinutes, spentMinutes, leftMinutes, slotMinutes } = objective;
  if (held === true && budgetMinutes < slotMinutes)
    return `${target} % held: no slot failed; with so few slots, the first failure would break it`;
  const budget = `${minutes(spentMinutes)} of a budget of ${minutes(budgetMinutes)} spent`;
  if (held === undefined) return `${target} % undecided: ${budget}, and the unknown slots decide`;
  if (!held) return `${target} % broken: ${budget}, ${minutes(-leftMinutes)} over`;
  return `${target} % held: ${budget}, ${minutes(leftMinutes)} left`;
}

/** An outage's length: a range if its end is unknown. */
export function outageLength({ from, until, unknown }: Outage, { timeline, state }: Report): string {
  const longest = (until ?? timeline.to) - from;
  const shortest = longest - unknown * timeline.period;
  const length = unknown > 0 && shortest > 0 ? `${inWords(shortest)} to ${inWords(longest)}` : inWords(longest);
  if (until !== undefined) return length;
  return `${length}, ${state.now === "down" ? "still down" : "end unknown"}`;
}

/** The first error, and the client's hint. */
export function outageError({ err, hint }: Outage): string {
  return [err, hint].filter((text) => text !== undefined).join(" — ") || "no error recorded";
}

/** Notes on the reading itself. */
export function notes({ tally, repeated, future, announced }: Report): string[] {
  const texts = readingNotes(tally);
  if (announced)
    texts.push(
      `maintenance announced since ${atMinute(announced.since)} UTC (${visible(announced.why)}); end it with: ${typed("maintenance end")}`,
    );
  if (repeated > 0)
    texts.push(`the clock was set back: ${plural(repeated, "probe")}; the worse result of a slot counts`);
  if (future)
    texts.push(
      `${plural(future.lines, "line")} from the future, up to ${atMinute(future.latest)} UTC, not counted: a clock was wrong`,
    );
  return texts;
}
