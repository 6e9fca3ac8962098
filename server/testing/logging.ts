import { pino } from "pino";
import { z } from "zod";
import type { Logger } from "../src/shared/logger.ts";

const line = z.looseObject({ level: z.string(), msg: z.string() });

/** A logger of every level, and the lines that it has written. */
export function loggingForTest(): { logger: Logger; lines: z.infer<typeof line>[] } {
  const lines: z.infer<typeof line>[] = [];
  const options = { level: "trace", base: {}, timestamp: false, formatters: { level: (level: string) => ({ level }) } };
  return { logger: pino(options, { write: (text) => void lines.push(line.parse(JSON.parse(text))) }), lines };
}
