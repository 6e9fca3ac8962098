import { rename, writeFile } from "node:fs/promises";
import { Counter, Gauge, Registry } from "prom-client";
import type { RunLine } from "../line/index.ts";

/** The client's figures for Prometheus, in a file that node_exporter's textfile collector reads. */
export interface Metrics {
  /** Counts a run and writes the file. Never rejects: figures are no reason to miss a slot. */
  record(line: RunLine): Promise<void>;
}

const phases = ["dns", "tcp", "tls", "wait"] as const;

/** Metrics into `file`, which is replaced as a whole, so that no reader sees half of it. */
export function createMetrics(file: string, warn: (message: string) => void): Metrics {
  const register = new Registry();
  const registers = [register];
  const runs = new Counter({
    name: "analyze_client_runs_total",
    help: "Slots that were probed.",
    registers,
    labelNames: ["result", "hop"],
  });
  const last = new Gauge({ name: "analyze_client_last_run_timestamp_seconds", help: "The last slot.", registers });
  const up = new Gauge({
    name: "analyze_client_up",
    help: "1 when the last run was good, 0 when it failed, NaN when it failed as planned.",
    registers,
  });
  const seconds = new Gauge({
    name: "analyze_client_phase_seconds",
    help: "Phases of the last run that were reached.",
    registers,
    labelNames: ["phase"],
  });
  const days = new Gauge({
    name: "analyze_client_certificate_days",
    help: "Until the certificate expires.",
    registers,
  });

  return {
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
      try {
        await writeFile(`${file}.new`, await register.metrics());
        await rename(`${file}.new`, file);
      } catch (error) {
        warn(`the metrics cannot be written: ${String(error)}`);
      }
    },
  };
}
