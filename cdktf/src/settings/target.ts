import { existsSync } from "node:fs";
import { isIPv4 } from "node:net";
import { fileURLToPath } from "node:url";

/** What the client on the host calls. */
export interface Target {
  /** The client's environment on the host. */
  readonly settings: Readonly<Record<string, string>>;
  /** File of the CA that it trusts, on this machine; null: the system's own authorities. */
  readonly caFile: string | null;
  /** What the firewall lets out; null: nothing, the client calls the tunnel's end on its own host. */
  readonly egress: { readonly cidr: string; readonly port: number } | null;
}

export interface TargetDefaults {
  readonly clientDefaults: Readonly<Record<string, string>>;
  readonly egressCidr: string | null;
}

const passedOn = ["ANALYZE_URL", "ANALYZE_ADDRESS", "ANALYZE_SCHEDULE", "ANALYZE_PROBE"];
const caOnHost = "/etc/analyze/ca.crt";

/** Reads the client's own variables and ANALYZE_EGRESS_CIDR; null after at least one fault was added. */
export function targetFrom(env: NodeJS.ProcessEnv, defaults: TargetDefaults, faults: string[]): Target | null {
  const before = faults.length;
  const settings: Record<string, string> = { ...defaults.clientDefaults };
  for (const name of passedOn) {
    const value = env[name];
    if (value !== undefined) settings[name] = value;
  }
  for (const [name, value] of Object.entries(settings)) {
    if (/['\n\r]/.test(value)) faults.push(`${name}=${JSON.stringify(value)}: must not hold a quote or a line break`);
  }
  const url = edgeUrl(settings["ANALYZE_URL"], faults);
  const caFile = certificateFile(env["ANALYZE_CA_FILE"], defaults, faults);
  if (caFile !== null) settings["ANALYZE_CA_FILE"] = caOnHost;
  if (url === null) return null;
  const egress = egressFrom(env, url, settings["ANALYZE_ADDRESS"], defaults.egressCidr, faults);
  return faults.length > before ? null : { settings, caFile, egress };
}

function edgeUrl(value: string | undefined, faults: string[]): URL | null {
  const example = "for example https://analyze.example.org/";
  if (value === undefined) {
    faults.push(`ANALYZE_URL is not set: it is what the client calls, ${example}`);
    return null;
  }
  const url = URL.parse(value);
  if (url?.protocol === "https:") return url;
  faults.push(`ANALYZE_URL=${JSON.stringify(value)}: must be an https URL, ${example}`);
  return null;
}

/** A stage with a default address has the private CA of `npm run certs`; one without has a certificate that all trust. */
function certificateFile(given: string | undefined, defaults: TargetDefaults, faults: string[]): string | null {
  if (given === undefined && defaults.egressCidr !== null) return null;
  const file = given ?? fileURLToPath(new URL("../../../certs/issued/ca.crt", import.meta.url));
  if (existsSync(file)) return file;
  faults.push(
    `no CA certificate at ${file}: \`npm run certs\` in the project's root makes one; or set ANALYZE_CA_FILE`,
  );
  return null;
}

function egressFrom(
  env: NodeJS.ProcessEnv,
  url: URL,
  address: string | undefined,
  byDefault: string | null,
  faults: string[],
): Target["egress"] {
  const [host = "", port = ""] = (address ?? "").split(":");
  const dialled = Number(port || url.port || 443);
  if (host.startsWith("127.")) return null;
  const cidr = env["ANALYZE_EGRESS_CIDR"] ?? (isIPv4(host) ? `${host}/32` : byDefault);
  if (cidr !== null && isIPv4(cidr.split("/")[0] ?? "")) return { cidr, port: dialled };
  faults.push(
    "the firewall must know what the client may call: set ANALYZE_ADDRESS to the edge's IPv4 address, " +
      "or ANALYZE_EGRESS_CIDR to the network that the edge's name is in",
  );
  return null;
}
