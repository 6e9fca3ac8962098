import { nameSetting } from "@analyze/common/settings";
import { callerCidr } from "./access.ts";

/** Settings of a stage with its own cluster. */
export interface Production {
  /** Name of the edge, in `zone`. */
  readonly domain: string;
  /** Existing public Route 53 zone. */
  readonly zone: string;
  readonly alarmEmail: string;
  readonly budgetUsd: string;
  readonly adminRoleArn: string;
  readonly deployerRoleArn: string;
  /** IAM role that may read what runs in the namespace; null: none. */
  readonly operatorRoleArn: string | null;
  /** Who may call the cluster's API server from outside, as CIDRs; empty: it has only an address inside the network. */
  readonly apiCidrs: readonly string[];
  /** Whether Amazon Inspector scans: one switch for the whole account. */
  readonly inspector: boolean;
}

const hostname = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const roleArn = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;

const variables: Readonly<Record<string, [pattern: RegExp, example: string]>> = {
  ANALYZE_DOMAIN: [hostname, "the edge's name, like analyze.example.org"],
  ANALYZE_ALARM_EMAIL: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "where alarms go, like ops@example.org"],
  ANALYZE_BUDGET_USD: [/^[1-9]\d{0,6}$/, "dollars a month, like 400"],
  ANALYZE_CLUSTER_ADMIN_ROLE: [roleArn, "a role, like arn:aws:iam::123456789012:role/admin"],
  ANALYZE_CLUSTER_DEPLOYER_ROLE: [roleArn, "a role, like arn:aws:iam::123456789012:role/deployer"],
  ANALYZE_CLUSTER_OPERATOR_ROLE: [roleArn, "a role, like arn:aws:iam::123456789012:role/operator"],
};

/** Reads the variables of a stage with a cluster; null after at least one fault was added. */
export function productionFrom(env: NodeJS.ProcessEnv, stage: string, faults: string[]): Production | null {
  const before = faults.length;
  refuseSharedRoles(env, faults);
  const value = (name: string): string => {
    const [pattern, example] = variables[name] ?? [/^/, ""];
    const given = env[name];
    if (given === undefined) faults.push(`${name} is not set: stage ${stage} needs it, ${example}`);
    else if (!pattern.test(given)) faults.push(`${nameSetting(name, given)} must be ${example}`);
    return given ?? "";
  };
  const domain = value("ANALYZE_DOMAIN");
  const production = {
    domain,
    zone: hostname.test(domain) ? zoneFrom(env["ANALYZE_ZONE"], domain, faults) : "",
    alarmEmail: value("ANALYZE_ALARM_EMAIL"),
    budgetUsd: value("ANALYZE_BUDGET_USD"),
    adminRoleArn: value("ANALYZE_CLUSTER_ADMIN_ROLE"),
    deployerRoleArn: value("ANALYZE_CLUSTER_DEPLOYER_ROLE"),
    operatorRoleArn: env["ANALYZE_CLUSTER_OPERATOR_ROLE"] === undefined ? null : value("ANALYZE_CLUSTER_OPERATOR_ROLE"),
    apiCidrs: apiCidrs(env["ANALYZE_API_CIDR"], faults),
    inspector: inspector(env["ANALYZE_INSPECTOR"], faults),
  };
  return faults.length > before ? null : production;
}

/** EKS has one access entry for each role: rights cannot be those of two. */
function refuseSharedRoles(env: NodeJS.ProcessEnv, faults: string[]): void {
  const names = ["ANALYZE_CLUSTER_ADMIN_ROLE", "ANALYZE_CLUSTER_DEPLOYER_ROLE", "ANALYZE_CLUSTER_OPERATOR_ROLE"];
  const shared = names.filter((name) => names.some((other) => other !== name && env[name] && env[other] === env[name]));
  if (shared.length > 0) faults.push(`${shared.join(" and ")} name the same role: each needs its own`);
}

/** Registries sell names below these, so they cannot be the person's zone. */
const publicSuffix = /^([a-z]+|(ac|co|com|edu|gov|net|or|org)\.[a-z]{2})$/;

/** The zone of a name: its parent, or the name itself where the parent belongs to a registry. */
function zoneFrom(given: string | undefined, domain: string, faults: string[]): string {
  const parent = domain.split(".").slice(1).join(".");
  if (given === undefined) return publicSuffix.test(parent) ? domain : parent;
  if (publicSuffix.test(given))
    faults.push(`${nameSetting("ANALYZE_ZONE", given)} belongs to a registry: name your own zone`);
  else if (!`.${domain}`.endsWith(`.${given}`)) {
    faults.push(`${nameSetting("ANALYZE_ZONE", given)} does not contain ANALYZE_DOMAIN: name the zone that it is in`);
  }
  return given;
}

function apiCidrs(value: string | undefined, faults: string[]): string[] {
  const texts = (value ?? "").split(",").filter(Boolean);
  return texts
    .filter((text) => callerCidr("ANALYZE_API_CIDR", text.trim(), faults) !== null)
    .map((text) => text.trim());
}

function inspector(value: string | undefined, faults: string[]): boolean {
  if (value === undefined || value === "false") return false;
  if (value !== "true") faults.push(`${nameSetting("ANALYZE_INSPECTOR", value)} must be true or false`);
  return true;
}
