import { day } from "@analyze/common/time";
import { scaleLinear, scaleLog, scaleUtc } from "d3-scale";
import { area, line } from "d3-shape";
import { html } from "hono/html";
import { markOf, type Group, type Groups } from "../groups.ts";
import { percentiles, type Percentiles } from "../summary.ts";
import { atMinute } from "../wording.ts";

/** The result of `html`: text with every value escaped. */
export type Markup = ReturnType<typeof html>;

/** Latency of a group's good runs beside the group. */
export interface Measured {
  group: Group;
  latency: Percentiles | undefined;
}

const width = 1000;
const height = 300;

/** The groups with the latency of their good runs. */
export function measure({ groups }: Groups): Measured[] {
  return groups.map((group) => ({
    group,
    latency: percentiles(Int32Array.from(group.good).sort()),
  }));
}

type Scale = Pick<ReturnType<typeof scaleLinear<number, number>>, "ticks"> & ((value: number) => number);

/** Linear from 0; logarithmic if the slowest group would flatten the others. */
function latencyScale(latencies: Percentiles[]): { scale: Scale; ticks: number[]; isLog: boolean } {
  const [low, high] = [Math.min(...latencies.map(({ p50 }) => p50)), Math.max(...latencies.map(({ p95 }) => p95))];
  if (low >= 1 && high > low * 15) {
    const scale = scaleLog([low / 1.5, high * 1.2], [height, 0]);
    const ticks = scale.ticks().filter((tick) => /^[125]0*$/.test(String(tick)));
    return { scale, ticks, isLog: true };
  }
  const scale = scaleLinear([0, Math.max(high, 1) * 1.1], [height, 0]).nice(4);
  return { scale, ticks: scale.ticks(4), isLog: false };
}

function curves(measured: Measured[], y: Scale): Markup {
  const x = (_: Measured, index: number): number => ((index + 0.5) / measured.length) * width;
  const isDefined = ({ latency }: Measured): boolean => latency !== undefined;
  const at = (of: "p50" | "p95") => (one: Measured) => y(one.latency?.[of] ?? 0);
  const band = area<Measured>(x, at("p50"), at("p95")).defined(isDefined).digits(1);
  const middle = line<Measured>(x, at("p50")).defined(isDefined).digits(1);
  return html`<path class="band" d="${band(measured) ?? ""}" /><path class="middle" d="${middle(measured) ?? ""}" />`;
}

/** The median and the 95th percentile of each group as SVG, with the axis's labels beside it as HTML that keeps its size. */
export function latencyChart(measured: Measured[], id = "c"): Markup {
  const latencies = measured.map(({ latency }) => latency).filter((latency) => latency !== undefined);
  if (latencies.length === 0) return html`<p class="empty">No probe was answered in this window.</p>`;
  const { scale, ticks, isLog } = latencyScale(latencies);
  const label = (tick: number): Markup =>
    html`<span style="top:${((scale(tick) / height) * 100).toFixed(2)}%">${tick}</span>`;
  const grid = ticks.map((tick) => html`<path d="M0,${scale(tick).toFixed(1)}H${width}" />`);
  return html`<div class="ordinate" aria-hidden="true">${ticks.map(label)}</div>
    ${isLog ? html`<div class="scale" aria-hidden="true">logarithmic</div>` : ""}
    <svg
      class="curves"
      viewBox="0 0 ${width} ${height}"
      preserveAspectRatio="none"
      role="img"
      aria-labelledby="${id}-t ${id}-d"
    >
      <title id="${id}-t">Latency of good probes in milliseconds${isLog ? ", logarithmic" : ""}</title>
      <desc id="${id}-d">
        Median as a line, and the range up to the 95th percentile as a band; the same figures are in the table below.
      </desc>
      <g class="grid">${grid}</g>
      ${curves(measured, scale)}
    </svg>`;
}

/** One bar per group in the colour of its worst slot. Failed groups have higher bars, so colour is not needed. */
export function strip(measured: Measured[], id = "s"): Markup {
  const bars = measured.map(
    ({ group }, index) => html`<rect class="${markOf(group)}" x="${index + 0.08}" width="0.84" y="0" height="10" />`,
  );
  return html`<svg
    class="strip"
    viewBox="0 0 ${measured.length} 10"
    preserveAspectRatio="none"
    role="img"
    aria-labelledby="${id}-t"
  >
    <title id="${id}-t">Every due slot: ok, flaky, failed, planned or unknown</title>
    ${bars}
  </svg>`;
}

/** Labels of the time axis, as HTML that keeps its size. */
export function timeAxis({ groups, width: step }: Groups): Markup {
  const from = groups[0]?.from ?? 0;
  const to = from + groups.length * step;
  const isLong = to - from > 3 * day;
  const ticks = scaleUtc([new Date(from), new Date(to)], [0, 100]);
  const label = (tick: Date): Markup => {
    const text = atMinute(tick.getTime());
    const isMidnight = tick.getTime() % day === 0;
    return html`<span style="left:${ticks(tick).toFixed(2)}%"
      >${isLong || isMidnight ? text.slice(5, 10) : text.slice(11)}</span
    >`;
  };
  const shown = ticks.ticks(6).filter((tick) => ticks(tick) > 2 && ticks(tick) < 97);
  return html`<div class="abscissa" aria-hidden="true">${shown.map(label)}</div>`;
}
