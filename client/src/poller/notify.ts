import { execFile } from "node:child_process";

/** Reports the state of the client to the service manager; without one it does nothing. */
export interface Notifier {
  ready(): void;
  /** A line is written: restarts the watchdog's time. */
  fed(): void;
  stopping(): void;
}

/**
 * A notifier for systemd, by the program `systemd-notify`: Node has no datagram sockets of the Unix kind. The unit
 * needs `NotifyAccess=all`. A missing program causes one warning.
 */
export function createNotifier(env: NodeJS.ProcessEnv, warn: (message: string) => void): Notifier {
  let works = env["NOTIFY_SOCKET"] !== undefined;
  const notify = (state: string): void => {
    if (!works) return;
    execFile("systemd-notify", [state], { env, timeout: 10_000 }, (error) => {
      if (error === null || !works) return;
      works = false;
      warn(`systemd is not notified, and may restart the client: ${error.message}`);
    });
  };
  return {
    ready: () => notify("READY=1"),
    fed: () => notify("WATCHDOG=1"),
    stopping: () => notify("STOPPING=1"),
  };
}
