import type { Trace } from "./connection.ts";

/** Milliseconds of each completed phase; a phase that was not reached is absent. */
export interface Phases {
  dns?: number | undefined;
  tcp?: number | undefined;
  tls?: number | undefined;
  /** From the start of the request to the end of the answer. */
  wait?: number | undefined;
}

/** The phases in order. A failed attempt broke in the first absent one. */
export type Phase = keyof Phases;

/** The phase in progress. `dns`: whether the connection starts with a DNS lookup. */
export function phaseReached({ resolved, connected, secured }: Trace, dns: boolean): Phase {
  if (secured !== undefined) return "wait";
  if (connected !== undefined) return "tls";
  return dns && resolved === undefined ? "dns" : "tcp";
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.round(to - from);
}

/** The phases of a trace; `ended` if there is a complete answer. */
export function phasesOf({ started, resolved, connected, secured }: Trace, ended: number | undefined): Phases {
  return {
    dns: between(started, resolved),
    tcp: between(resolved ?? started, connected),
    tls: between(connected, secured),
    wait: between(secured, ended),
  };
}
