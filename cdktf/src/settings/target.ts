import { isIP } from "node:net";
import { nameSetting } from "@analyze/common/settings";
import { hostBitsFault } from "./access.ts";
import { caFileFrom } from "./ca-file.ts";
import { type Heartbeat, heartbeatFrom, judgeFailures } from "./monitoring.ts";
import { longestStep } from "./schedule.ts";

/** What the client on the host calls. */
export interface Target {
  /** The client's environment on the host. */
  readonly settings: Readonly<Record<string, string>>;
  /** File of the CA that it trusts, on this machine; null: the system's own authorities. */
  readonly caFile: string | null;
  /** The firewall's rule; null: none, the client calls the tunnel's end on its own host. */
  readonly egress: { readonly cidr: string; readonly port: number } | null;
  readonly heartbeat: Heartbeat;
  /** The longest time between two due slots, in milliseconds. */
  readonly longestStep: number;
}

export interface TargetDefaults {
  readonly clientDefaults: Readonly<Record<string, string>>;
  readonly egressCidr: string | null;
}

/** The client's variables for its host. */
export const clientVariables = [
  "ANALYZE_URL",
  "ANALYZE_ADDRESS",
  "ANALYZE_SCHEDULE",
  "ANALYZE_PROBE",
  "ANALYZE_MAINTENANCE",
  "ANALYZE_DOWN_AFTER",
] as const;
const caOnHost = "/etc/analyze/ca.crt";

/** Reads the client's variables and ANALYZE_EGRESS_CIDR; null after at least one fault was added. */
export function targetFrom(env: NodeJS.ProcessEnv, defaults: TargetDefaults, faults: string[]): Target | null {
  const before = faults.length;
  const settings: Record<string, string> = { ...defaults.clientDefaults };
  for (const name of clientVariables) {
    const value = env[name];
    if (value !== undefined) settings[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    if (/['\n\r]/.test(value)) faults.push(`${nameSetting(name, value)} must not hold a quote or a line break`);
  }
  const url = edgeUrl(settings["ANALYZE_URL"], faults);
  const step = stepOf(settings["ANALYZE_SCHEDULE"], faults);
  probe(settings["ANALYZE_PROBE"], faults);
  judgeFailures(settings, faults);
  const caFile = caFileFrom(env["ANALYZE_CA_FILE"], defaults.egressCidr === null, faults);
  if (caFile !== null) settings["ANALYZE_CA_FILE"] = caOnHost;
  const egress = egressFrom(env, { url, address: settings["ANALYZE_ADDRESS"], byDefault: defaults.egressCidr }, faults);
  const heartbeat = heartbeatFrom(env, egress, faults);
  if (faults.length > before || heartbeat === null) return null;
  return { settings, caFile, egress, longestStep: step, heartbeat };
}

function edgeUrl(value: string | undefined, faults: string[]): URL | null {
  const example = "for example https://analyze.example.org/";
  if (value === undefined) {
    faults.push(`ANALYZE_URL is not set: it is what the client calls, ${example}`);
    return null;
  }
  const url = URL.parse(value);
  if (url?.protocol === "https:" && url.username === "" && url.password === "") return url;
  faults.push(`ANALYZE_URL must be an https URL without user and password, ${example}`);
  return null;
}

function stepOf(expression: string | undefined, faults: string[]): number {
  try {
    return longestStep(expression ?? "* * * * *");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const what = "is not a usable cron expression (five fields, or six with seconds first)";
    faults.push(`${nameSetting("ANALYZE_SCHEDULE", expression)} ${what}: ${reason}`);
    return 0;
  }
}

function probe(value: string | undefined, faults: string[]): void {
  if (value === undefined || ["analyze", "random"].includes(value)) return;
  faults.push(`${nameSetting("ANALYZE_PROBE", value)} must be analyze or random`);
}

interface Dialled {
  readonly url: URL | null;
  readonly address: string | undefined;
  readonly byDefault: string | null;
}

function egressFrom(env: NodeJS.ProcessEnv, { url, address, byDefault }: Dialled, faults: string[]): Target["egress"] {
  const pinned = address === undefined ? { ip: null, port: null } : pinnedAddress(address, faults);
  if (pinned === null || url === null) return null;
  const port = pinned.port ?? Number(url.port || 443);
  if (pinned.ip?.startsWith("127.") === true) return null;
  const given = env["ANALYZE_EGRESS_CIDR"];
  if (given !== undefined) {
    const fault = hostBitsFault(given);
    if (fault !== null) faults.push(`${nameSetting("ANALYZE_EGRESS_CIDR", given)} ${fault}`);
    return { cidr: given, port };
  }
  const cidr = pinned.ip === null ? byDefault : `${pinned.ip}/32`;
  if (cidr !== null) return { cidr, port };
  faults.push(
    "the firewall must know what the client may call: set ANALYZE_ADDRESS to the edge's IPv4 address, " +
      "or ANALYZE_EGRESS_CIDR to the network that the edge's name is in",
  );
  return null;
}

/** `ip` or `ip:port` with IPv4, the only family of the host's network. Null after a fault was added. */
function pinnedAddress(address: string, faults: string[]): { ip: string; port: number | null } | null {
  const [ip = "", port, ...rest] = address.split(":");
  const validPort = port === undefined || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
  if (isIP(ip) === 4 && rest.length === 0 && validPort) return { ip, port: port === undefined ? null : Number(port) };
  faults.push(
    `${nameSetting("ANALYZE_ADDRESS", address)} must be an IPv4 address, with a port of 1 to 65535 or without: ` +
      "192.0.2.7 or 192.0.2.7:8443; leave it unset to find the edge by DNS",
  );
  return null;
}
