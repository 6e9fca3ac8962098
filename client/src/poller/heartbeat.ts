import { errorCode } from "@analyze/common/errors";
import { request } from "node:https";
import { createSecureContext } from "node:tls";
import type { HeartbeatSettings } from "./config.ts";
import type { LogLine } from "../line/record.ts";
import { pinnedTrust } from "./probe/target.ts";

/** A dead man's switch: its service raises an alarm if no call arrives in time. */
export interface Heartbeat {
  /** Call it when a line is on the disk. Returns at once: no probe waits for a heartbeat. */
  written(line: LogLine): void;
  /** Whether the last call failed. */
  failing(): boolean;
  /** Ends the current call; no other follows. */
  stop(): void;
}

/** What a heartbeat needs. */
export interface HeartbeatOptions extends HeartbeatSettings {
  userAgent: string;
  /** Limit for each call, from DNS to the head of the answer. */
  timeoutMs: number;
  onFailure(): void;
  /** Called when calls start to fail; never with the URL, which is a secret. */
  warn(message: string): void;
}

/** The path suffix of healthchecks.io for a line; undefined for lines that are not about a slot. */
function signalOf({ kind }: LogLine): string | undefined {
  if (kind === "start") return "/start";
  if (kind === "FAIL") return "/fail";
  return kind === "ok" || kind === "flaky" || kind === "planned" ? "" : undefined;
}

function withSignal(url: URL, signal: string): URL {
  const called = new URL(url);
  called.pathname = url.pathname.replace(/\/$/, "") + signal;
  return called;
}

/** The reason of a failure, without any text that could contain the URL. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return errorCode(error) ?? error.name;
}

/**
 * Calls a dead man's switch after each line on the disk, one call at a time. A line that comes meanwhile waits,
 * and replaces one that waits already. Uses no proxy, follows no redirect.
 */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { url, ca, userAgent, timeoutMs, onFailure, warn } = options;
  const tls = { secureContext: createSecureContext(pinnedTrust(ca)), rejectUnauthorized: true, agent: false } as const;
  const stopped = new AbortController();
  let [calling, failed] = [false, false];
  let waiting: string | undefined;

  async function call(signal: string): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const limit = AbortSignal.any([stopped.signal, AbortSignal.timeout(timeoutMs)]);
    const sent = request(withSignal(url, signal), { ...tls, signal: limit, headers: { "user-agent": userAgent } });
    sent.on("error", (error) => resolve(limit.aborted ? "no answer in time" : reasonOf(error)));
    sent.on("response", ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}`);
      sent.destroy();
    });
    sent.end();
    return promise;
  }

  async function callAll(): Promise<void> {
    for (let signal = waiting; signal !== undefined && !stopped.signal.aborted; signal = waiting) {
      waiting = undefined;
      const fault = await call(signal);
      if (stopped.signal.aborted) return;
      if (fault !== undefined) onFailure();
      if (fault !== undefined && !failed) warn(`the heartbeat fails (${fault}); the log continues`);
      failed = fault !== undefined;
    }
  }

  return {
    written: (line) => {
      waiting = signalOf(line) ?? waiting;
      if (calling || waiting === undefined) return;
      calling = true;
      void callAll().finally(() => {
        calling = false;
      });
    },
    failing: () => failed,
    stop: () => stopped.abort(),
  };
}
