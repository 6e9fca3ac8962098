/** The page's style: light or dark by the browser's setting, one column, no external resource. */
export const style = `
:root { color-scheme: light dark;
  --paper: light-dark(#fff, #15181b); --ink: light-dark(#1a1d21, #e7e9ec); --muted: light-dark(#59616c, #a0a8b2);
  --rule: light-dark(#e4e7eb, #2c3238); --ok: light-dark(#3c9f6b, #3f9e6d); --flaky: light-dark(#d89b00, #e6b430);
  --failed: light-dark(#cf222e, #ff6a63); --unknown: light-dark(#9aa2ad, #78818c); --planned: light-dark(#5b7fd1, #7f9fe8); --curve: light-dark(#2563b8, #79aef0) }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
h1 { margin: 0; font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.05rem }
p { margin: .25rem 0 }
header p, footer, .legend, dt, caption, thead th, .empty, .none { color: var(--muted) }
header .target { margin-bottom: 1rem; overflow-wrap: anywhere }
.up h1 { color: var(--ok) } .down h1 { color: var(--failed) } .unknown h1 { color: var(--muted) } .planned h1 { color: var(--planned) }
.fault { margin-top: 1rem; padding: .75rem 1rem; border-left: 4px solid var(--failed);
  background: color-mix(in srgb, var(--failed) 9%, transparent); overflow-wrap: anywhere }
.fault p { color: inherit }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1.25rem; margin: 2rem 0 0 }
dt { font-size: .875rem } dd { margin: 0 } dd strong { display: block; font-size: 1.5rem; line-height: 1.3 }
dd span { color: var(--muted); font-size: .875rem }
.chart { position: relative; margin-left: 2.5rem; outline-offset: 6px; touch-action: pan-y }
.curves { display: block; width: 100%; height: 15rem }
.grid path { stroke: var(--rule); vector-effect: non-scaling-stroke }
.band { fill: color-mix(in srgb, var(--curve) 26%, transparent) }
.middle { fill: none; stroke: var(--curve); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round;
  vector-effect: non-scaling-stroke }
.strip { display: block; width: 100%; height: 1.75rem; margin-top: .75rem }
.ok { fill: var(--ok); background: var(--ok) } .flaky { fill: var(--flaky); background: var(--flaky) }
.failed { fill: var(--failed); background: var(--failed) } rect.planned, i.planned { fill: var(--planned); background: var(--planned) } .none { fill: none }
rect.unknown, i.unknown { fill: var(--unknown); background: var(--unknown) }
rect.ok, rect.flaky, rect.unknown { transform-origin: 0 100%; transform: scaleY(.6) } rect.flaky { transform: scaleY(.8) }
rect.unknown { transform: scaleY(.25) }
.ordinate span, .abscissa span { position: absolute; color: var(--muted); font-size: .75rem; line-height: 1 }
.scale { position: absolute; top: -1.25rem; right: 0; color: var(--muted); font-size: .75rem }
.ordinate { position: absolute; inset: 0 100% auto auto; height: 15rem; width: 2.5rem }
.ordinate span { right: .5rem; transform: translateY(-50%) }
.abscissa { position: relative; height: 1.5rem } .abscissa span { top: .5rem; transform: translateX(-50%) }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0 2.5rem; font-size: .875rem }
.legend i { display: inline-block; width: .75rem; height: .75rem; margin-right: .4rem; border-radius: 2px }
.legend .curve { background: var(--curve); height: 2px; vertical-align: middle }
.legend .range { background: color-mix(in srgb, var(--curve) 26%, transparent) }
.cursor { position: absolute; top: 0; bottom: 1.5rem; width: 1px; background: var(--muted); pointer-events: none }
.tip { position: absolute; top: .25rem; padding: .5rem .75rem; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--paper); box-shadow: 0 2px 10px rgb(0 0 0 / .14); font-size: .8125rem; line-height: 1.45;
  white-space: pre; pointer-events: none }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; font-size: .9375rem }
caption { text-align: left; padding-bottom: .25rem; font-weight: 600; color: var(--ink) }
th, td { padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid var(--rule); text-align: left; font-weight: 400;
  vertical-align: top; white-space: nowrap }
td:last-child { white-space: normal; min-width: 12rem; overflow-wrap: anywhere }
.numbers td, .numbers thead th:not(:first-child), details td, details thead th:not(:first-child) { text-align: right;
  min-width: 0; padding-right: 0; padding-left: 1rem }
section, details { margin-top: 2rem } summary { cursor: pointer; color: var(--muted) }
footer { margin-top: 2.5rem; font-size: .875rem }
@media (max-width: 36rem) { body { padding-top: 1.25rem } h1 { font-size: 1.75rem } .curves, .ordinate { height: 11rem }
  .figures { grid-template-columns: 1fr 1fr; gap: 1rem } dd strong { font-size: 1.25rem }
  .abscissa span:nth-child(even) { display: none }
  .rows thead { display: none } .rows tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--rule) }
  .rows tbody th, .rows td { display: inline-block; padding-block: 0; border: 0 } .rows td:last-child { display: block } }
.live { margin: 0 0 1rem; color: var(--muted); font-size: .875rem }
.lines { margin: 0; padding: 0; list-style: none; font: .8125rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere }
.lines li { padding: .2rem 0 .2rem .75rem; border-left: 3px solid var(--rule); color: var(--muted) }
.lines [data-kind=ok], .lines [data-kind=UP] { border-color: var(--ok) } .lines [data-kind=flaky] { border-color: var(--flaky); color: var(--ink) }
.lines [data-kind=FAIL], .lines [data-kind=DOWN] { border-color: var(--failed); color: var(--ink) }
.lines [data-kind=planned] { border-color: var(--planned) } .lines [data-kind=gap] { border-color: var(--unknown) }
@media print { .scroll { overflow: visible } details { display: none } }
`;
