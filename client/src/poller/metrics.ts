import { errorCode } from "@analyze/common/errors";
import { nameSetting } from "@analyze/common/settings";
import { registerTraceMetrics } from "@analyze/common/tracing/metrics";
import type { Tracing } from "@analyze/common/tracing/tracer";
import { rename, writeFile } from "node:fs/promises";
import { Counter, Gauge, Registry } from "prom-client";
import { hops, type RunLine } from "../line/record.ts";

/** The client's figures for Prometheus, in a file that node_exporter's textfile collector reads. */
export interface Metrics {
  /** Counts a run and writes the file. Never rejects: a failed write must not cost a slot. */
  record(line: RunLine): Promise<void>;
  /** Counts a heartbeat that failed; the file has it with the next run. */
  heartbeatFailed(): void;
}

const phases = ["dns", "tcp", "tls", "wait"] as const;

/** The client's instruments, each of them in `register`. */
export function clientInstruments(register: Registry) {
  const registers = [register];
  const runs = "Slots that were probed.";
  const up = "1 if the last probe was good, 0 if it failed, NaN if it failed as planned.";
  const phase = "Phases of the last run that were reached.";
  const beats = "Calls of ANALYZE_HEARTBEAT_URL that failed.";
  const days = "Until the certificate expires.";
  const counted = new Counter({
    name: "analyze_client_runs_total",
    help: runs,
    registers,
    labelNames: ["result", "hop"],
  });
  // `increase()` does not see a counter's first value.
  for (const result of ["FAIL", "planned"]) for (const hop of hops) counted.inc({ result, hop }, 0);
  for (const result of ["ok", "flaky"]) counted.inc({ result, hop: "app" }, 0);
  return {
    runs: counted,
    last: new Gauge({ name: "analyze_client_last_run_timestamp_seconds", help: "The last slot.", registers }),
    up: new Gauge({ name: "analyze_client_up", help: up, registers }),
    seconds: new Gauge({ name: "analyze_client_phase_seconds", help: phase, registers, labelNames: ["phase"] }),
    days: new Gauge({ name: "analyze_client_certificate_days", help: days, registers }),
    heartbeats: new Counter({ name: "analyze_client_heartbeat_failures_total", help: beats, registers }),
  };
}

/** Returns what replaces the file atomically. It reports a failure once, and the first success after it. */
function replacerOf(file: string, warn: (message: string) => void): (text: string) => Promise<void> {
  let isFailing = false;
  return async (text) => {
    try {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
      if (isFailing) warn("the metrics are written again");
      isFailing = false;
    } catch (error) {
      const why = errorCode(error) ?? String(error);
      if (!isFailing)
        warn(
          `${nameSetting("ANALYZE_METRICS_FILE", file)} cannot be written (${why}): let this user write into its folder`,
        );
      isFailing = true;
    }
  };
}

/** Metrics in `file`, which is replaced atomically. */
export function createMetrics(file: string, warn: (message: string) => void, tracing?: Tracing): Metrics {
  const register = new Registry();
  if (tracing) registerTraceMetrics(register, tracing);
  const { runs, last, up, seconds, days, heartbeats } = clientInstruments(register);
  const replace = replacerOf(file, warn);

  return {
    heartbeatFailed: () => heartbeats.inc(),
    record: async (line) => {
      runs.inc({ result: line.kind, hop: line.hop });
      last.set(line.time / 1000);
      up.set(line.kind === "planned" ? Number.NaN : Number(line.kind !== "FAIL"));
      if (line.cert !== undefined) days.set(line.cert);
      seconds.reset();
      for (const phase of phases) {
        const ms = line[phase];
        if (ms !== undefined) seconds.set({ phase }, ms / 1000);
      }
      await replace(await register.metrics());
    },
  };
}
