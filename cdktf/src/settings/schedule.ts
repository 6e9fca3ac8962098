import { parse } from "node-cron";
import { day, second } from "@analyze/common/time";

/** Leap years and weekdays repeat within this many days. */
const cycleDays = 366 * 28;

/**
 * The longest time between two due slots of a cron expression (five fields, or six with seconds first, in UTC), in
 * milliseconds. Throws an Error that says why if the client would reject the expression or if it is never due.
 */
export function longestStep(expression: string): number {
  const { dayOfMonth, month, dayOfWeek, hour, minute, second: seconds } = parse(expression);
  const times = hour
    .flatMap((h) => minute.flatMap((m) => seconds.map((s) => (h * 3600 + m * 60 + s) * second)))
    .sort((one, other) => one - other);
  const [days, months, weekdays] = [numbers(dayOfMonth), numbers(month), numbers(dayOfWeek)];
  const matches = (date: Date): boolean =>
    days.has(date.getUTCDate()) && months.has(date.getUTCMonth() + 1) && weekdays.has(date.getUTCDay());
  const due = Array.from({ length: cycleDays }, (_, index) => index).filter((index) => matches(new Date(index * day)));
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || due.length < 2) throw new Error("it is never due");
  const within = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const between = due.slice(1).map((index, at) => (index - (due[at] ?? index)) * day + first - last);
  return [...within, ...between].reduce((one, other) => Math.max(one, other));
}

function numbers(field: readonly (number | string)[]): Set<number> {
  return new Set(
    field.map((value) => {
      if (typeof value === "number") return value;
      throw new Error(`"${value}" is not supported: use numbers, lists, ranges and steps for days`);
    }),
  );
}
