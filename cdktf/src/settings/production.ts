/** What only a stage with its own cluster asks for. */
export interface Production {
  /** Name of the edge, in `zone`. */
  readonly domain: string;
  /** Public Route 53 zone that exists already. */
  readonly zone: string;
  readonly alarmEmail: string;
  readonly budgetUsd: string;
  readonly adminRoleArn: string;
  readonly deployerRoleArn: string;
}

const hostname = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const roleArn = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;

const variables: Readonly<Record<string, [pattern: RegExp, example: string]>> = {
  ANALYZE_DOMAIN: [hostname, "the edge's name, like analyze.example.org"],
  ANALYZE_ALARM_EMAIL: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "where alarms go, like ops@example.org"],
  ANALYZE_BUDGET_USD: [/^[1-9]\d{0,6}$/, "dollars a month, like 400"],
  ANALYZE_CLUSTER_ADMIN_ROLE: [roleArn, "a role, like arn:aws:iam::123456789012:role/admin"],
  ANALYZE_CLUSTER_DEPLOYER_ROLE: [roleArn, "a role, like arn:aws:iam::123456789012:role/deployer"],
};

/** Reads the variables of a stage with a cluster; null after at least one fault was added. */
export function productionFrom(env: NodeJS.ProcessEnv, faults: string[]): Production | null {
  const before = faults.length;
  const value = (name: string): string => {
    const [pattern, example] = variables[name] ?? [/^/, ""];
    const given = env[name];
    if (given === undefined) faults.push(`${name} is not set: stage prod needs it, ${example}`);
    else if (!pattern.test(given)) faults.push(`${name}=${JSON.stringify(given)}: must be ${example}`);
    return given ?? "";
  };
  const domain = value("ANALYZE_DOMAIN");
  const zone = env["ANALYZE_ZONE"] ?? domain.split(".").slice(1).join(".");
  if (!`.${domain}`.endsWith(`.${zone}`)) {
    faults.push(`ANALYZE_ZONE=${JSON.stringify(zone)}: ANALYZE_DOMAIN must be in that zone`);
  }
  const production = {
    domain,
    zone,
    alarmEmail: value("ANALYZE_ALARM_EMAIL"),
    budgetUsd: value("ANALYZE_BUDGET_USD"),
    adminRoleArn: value("ANALYZE_CLUSTER_ADMIN_ROLE"),
    deployerRoleArn: value("ANALYZE_CLUSTER_DEPLOYER_ROLE"),
  };
  return faults.length > before ? null : production;
}
