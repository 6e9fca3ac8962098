import { UserError } from "@analyze/common/errors";

/** `vars.ECR`, `github.repository` and so on, with their stand-ins on this machine. */
export type StandIns = Readonly<Record<string, string>>;

/**
 * Replaces each `${{ name }}` and `${{ name || 'text' }}` of a value; a variable that is empty is not set. Throws a
 * UserError that names an expression without a stand-in. Pure.
 */
export function resolve(value: string, standIns: StandIns): string {
  return value.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const values = expression.split(" || ").map((one) => /^'([^']*)'$/.exec(one)?.[1] ?? standIns[one]);
    if (values.includes(undefined))
      throw new UserError(`The pipeline knows nothing that stands in for \${{ ${expression} }} here.`);
    return values.find((one) => one !== "") ?? "";
  });
}

/** Resolves the values of an environment; `overrides` takes precedence over the workflow, `hosts` replaces prefixes of values. Pure. */
export function environmentOf(
  env: Readonly<Record<string, string>>,
  standIns: StandIns,
  { overrides, hosts }: { readonly overrides: StandIns; readonly hosts: StandIns },
): Record<string, string> {
  const names = Object.keys(env).filter((name) => !(name in overrides));
  const resolved = names.map((name) => [name, here(resolve(env[name] ?? "", standIns), hosts)]);
  return { ...Object.fromEntries(resolved), ...overrides };
}

function here(value: string, hosts: StandIns): string {
  const [from, to] = Object.entries(hosts).find(([host]) => value.startsWith(host)) ?? ["", ""];
  return `${to}${value.slice(from.length)}`;
}
