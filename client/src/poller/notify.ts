import { execFile } from "node:child_process";

/** Tells the service manager how the client is; without one it does nothing. */
export interface Notifier {
  ready(): void;
  /** A line is finished: the watchdog may wait for the next. */
  fed(): void;
  stopping(): void;
}

/**
 * A notifier for systemd, by the program `systemd-notify`: Node has no datagram sockets of the Unix kind. The unit
 * needs `NotifyAccess=all`. When that program is missing it is said once.
 */
export function createNotifier(env: NodeJS.ProcessEnv, warn: (message: string) => void): Notifier {
  let works = env["NOTIFY_SOCKET"] !== undefined;
  const tell = (state: string): void => {
    if (!works) return;
    execFile("systemd-notify", [state], { env, timeout: 10_000 }, (error) => {
      if (error === null || !works) return;
      works = false;
      warn(`systemd is not told that the client is well, and may end it: ${error.message}`);
    });
  };
  return {
    ready: () => tell("READY=1"),
    fed: () => tell("WATCHDOG=1"),
    stopping: () => tell("STOPPING=1"),
  };
}
