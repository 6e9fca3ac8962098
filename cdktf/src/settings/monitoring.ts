import { nameSetting } from "@analyze/common/settings";
import { hostBitsFault } from "./access.ts";
import { parseCidr } from "./cidr.ts";
import { longestStep } from "./schedule.ts";

/** The dead man's switch that the client calls. */
export interface Heartbeat {
  /** Its URL, a secret; empty: remove it; null: keep the host's. */
  readonly url: string | null;
  /** Where port 443 is opened to for it; null: nowhere, or the edge's rule does. */
  readonly cidr: string | null;
}

/** The firewall's rule for the edge; null: none. */
type Egress = { readonly cidr: string; readonly port: number } | null;

/** Adds the faults of ANALYZE_MAINTENANCE and ANALYZE_DOWN_AFTER that the client on the host would report. */
export function judgeFailures(
  { ANALYZE_MAINTENANCE: plan, ANALYZE_DOWN_AFTER: after }: NodeJS.ProcessEnv,
  faults: string[],
): void {
  const entries = plan?.split(";").map((entry) => entry.trim()) ?? [];
  for (const entry of entries.filter((text) => text !== "" && !isEntry(text))) {
    faults.push(
      `${nameSetting("ANALYZE_MAINTENANCE", entry)} is neither a window, for example 0 3 * * 0 2h, nor the path of a file on the host`,
    );
  }
  if (after === undefined || /^[1-9]\d{0,5}$/.test(after)) return;
  faults.push(`${nameSetting("ANALYZE_DOWN_AFTER", after)} must be a number of slots, 1 or more`);
}

function isEntry(text: string): boolean {
  if (text.startsWith("/")) return true;
  const [, expression] = /^(.*\S)\s+\d+(?:\.\d+)?(?:s|min|m|h|d|w)$/.exec(text) ?? [];
  if (expression === undefined) return false;
  try {
    return longestStep(expression) > 0;
  } catch {
    return false;
  }
}

/** Reads ANALYZE_HEARTBEAT_URL and ANALYZE_HEARTBEAT_CIDR. Null after at least one fault was added. */
export function heartbeatFrom(env: NodeJS.ProcessEnv, egress: Egress, faults: string[]): Heartbeat | null {
  const before = faults.length;
  const url = urlFrom(env["ANALYZE_HEARTBEAT_URL"], faults);
  const given = env["ANALYZE_HEARTBEAT_CIDR"];
  const fault = given === undefined ? null : hostBitsFault(given);
  if (fault !== null) faults.push(`${nameSetting("ANALYZE_HEARTBEAT_CIDR", given)} ${fault}`);
  const isOpen = egress?.port === 443 && parseCidr(egress.cidr)?.bits === 0;
  if (url !== null && url !== "" && given === undefined && !isOpen) {
    faults.push(
      "ANALYZE_HEARTBEAT_CIDR is not set: the firewall lets out to nothing but S3 and the edge. Give the network of ANALYZE_HEARTBEAT_URL, " +
        "or 0.0.0.0/0 for every address on port 443",
    );
  }
  const isSame = egress?.port === 443 && egress.cidr === given;
  return faults.length > before ? null : { url, cidr: isOpen || isSame ? null : (given ?? null) };
}

function urlFrom(value: string | undefined, faults: string[]): string | null {
  if (value === undefined) return null;
  if (value === "off") return "";
  const url = URL.parse(value);
  const isPlain = url?.protocol === "https:" && url.username === "" && url.password === "" && url.port === "";
  if (isPlain && !/['\s]/.test(value)) return value;
  faults.push("ANALYZE_HEARTBEAT_URL must be an https URL on port 443 without user and password, or off");
  return null;
}
