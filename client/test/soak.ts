import { createProber } from "../src/poller/prober.ts";
import { readConfig } from "../src/poller/config.ts";
import { appendLine } from "../src/poller/journal/append.ts";
import { createJournal } from "../src/poller/journal/journal.ts";
import { createPoller } from "../src/poller/poller.ts";
import { allowanceFor } from "../src/poller/probe/probe.ts";
import { calendar } from "../src/log/calendar.ts";
import { readClocks } from "../src/poller/schedule/clock.ts";

/** Runs the poller's parts for SLOTS slots as fast as they go, and prints the memory after every tenth of them. */
const slots = Number(process.env["SLOTS"]);
const config = readConfig(process.env);
const due = calendar(config.schedule);
const journal = createJournal({
  append: async (line) => appendLine(config.log, line),
  capacity: 86_400,
  warn: (message) => void process.stderr.write(`${message}\n`),
});
const probe = createProber(config, allowanceFor(60_000), "0.0.0");
const poller = createPoller({
  calendar: due,
  history: [],
  downAfter: config.downAfter,
  readClocks,
  probe: async (slot) => (await probe(slot)).line,
  write: async (line) => journal.write(line),
  onLine: () => undefined,
  onChange: () => undefined,
});

let slot = due.slotAt(Date.now());
for (let done = 1; done <= slots; done++) {
  slot = due.slotAfter(slot);
  await poller.due(slot);
  if (done % (slots / 10) !== 0) continue;
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ done, rss, heapUsed })}\n`);
}
