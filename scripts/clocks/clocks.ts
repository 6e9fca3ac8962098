import { day } from "@analyze/common/time";

/** The time at which a run of the suites starts, and its zone. */
export interface Clock {
  /** `now` is the machine's own clock. */
  readonly begins: (now: Date) => Date;
  readonly zone: string;
}

/** 10.5 hours east of UTC, 11 in summer time: the only zone whose summer time is half an hour. */
const lordHowe = "Australia/Lord_Howe";

export const clocks: Readonly<Record<string, Clock>> = {
  later: { begins: (now) => new Date(now.getTime() + 400 * day), zone: "UTC" },
  "leap-day": { begins: () => new Date("2028-02-29T12:00:00Z"), zone: "UTC" },
  // Two minutes before midnight there (summer time, +11:00): the year changes while the tests run.
  "new-year": { begins: (now) => new Date(`${now.getUTCFullYear() + 2}-12-31T23:58:00+11:00`), zone: lordHowe },
  zone: { begins: (now) => now, zone: lordHowe },
};

/** The environment of a run's programs: libfaketime reads it in each of them, children included. */
export function environment({ begins, zone }: Clock, now: Date): { TZ: string; FAKETIME: string } & NodeJS.ProcessEnv {
  const seconds = Math.round((begins(now).getTime() - now.getTime()) / 1000);
  return {
    TZ: zone,
    // An offset, not a time: a time would restart in each child.
    FAKETIME: `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}`,
    // Timers and time limits measure durations: they need an unmoved clock.
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}
