import { createHash } from "node:crypto";
import { hostname } from "node:os";
import type { Config } from "./config.ts";
import type { StartLine } from "../line/record.ts";
import { shownUrl } from "./probe/target.ts";
import { certificatesOf, daysLeft } from "./settings/trust.ts";

/** The trusted CA; of several, the next one to expire. */
function authority(pem: string | undefined, now: number): Pick<StartLine, "ca" | "cert"> {
  const all = certificatesOf(pem ?? "").toSorted((a, b) => daysLeft(a, now) - daysLeft(b, now));
  const certificate = all.find((one) => daysLeft(one, now) >= 0) ?? all[0];
  if (certificate === undefined) return {};
  const ca = certificate.fingerprint256.replaceAll(":", "").slice(0, 16).toLowerCase();
  return { ca, cert: daysLeft(certificate, now) };
}

/** The start line: the client's settings. Neither the line nor the hash includes the private key. */
export function startLine(config: Config, version: string, now: number): StartLine {
  const { address, identity, ...rest } = config;
  const settings = JSON.stringify({ ...rest, address, identity: identity?.cert });
  return {
    kind: "start",
    time: Math.floor(now / 1000) * 1000,
    version,
    url: shownUrl(config.url),
    addr: address && `${address.ip}${address.port === undefined ? "" : ` port ${address.port}`}`,
    schedule: config.schedule,
    ...authority(config.ca, now),
    config: createHash("sha256").update(settings).digest("hex").slice(0, 8),
    host: hostname(),
    pid: process.pid,
  };
}
