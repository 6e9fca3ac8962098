/**
 * The variables by which `npm run test:clocks` moves the clock, also for programs that a test starts with another
 * environment: their clock must be the test's, or the test's certificates are not yet valid.
 */
export function movedClock(): NodeJS.ProcessEnv {
  const names = ["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "TZ"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Whether the clock is moved. Then files of other programs have times of the machine's real clock. */
export const clockIsMoved = process.env["FAKETIME"] !== undefined && process.env["FAKETIME"] !== "+0";
