/**
 * The variables by which `npm run test:clocks` moves the clock. A program that a test starts with an environment of its own
 * gets them too: it must live in the test's time, or the test's certificates are not yet valid for it.
 */
export function movedClock(): NodeJS.ProcessEnv {
  const names = ["LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "TZ"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Whether the clock is moved. Then files of other programs have times of the machine's real clock. */
export const clockIsMoved = process.env["FAKETIME"] !== undefined && process.env["FAKETIME"] !== "+0";
