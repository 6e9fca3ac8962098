import { once } from "node:events";
import { request as plain } from "node:http";
import { request as secured } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

/** Requests `url` until it answers 200: true; false if `signal` aborted first. `trust` is for https: PEM and name. */
export async function untilReady(
  url: string,
  signal: AbortSignal,
  trust?: { ca: string; servername: string },
): Promise<boolean> {
  while (!signal.aborted) {
    if ((await statusOf(url, signal, trust)) === 200) return true;
    await delay(50, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

async function statusOf(url: string, signal: AbortSignal, trust: object | undefined): Promise<number | undefined> {
  const options = { agent: false, signal, rejectUnauthorized: true, ...trust };
  const asked = url.startsWith("https:") ? secured(url, options) : plain(url, options);
  try {
    const [answer] = await once(asked.end(), "response");
    answer.resume();
    return answer.statusCode;
  } catch {
    return undefined;
  }
}
