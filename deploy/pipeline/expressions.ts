import { UserError } from "@analyze/common/errors";

/** `vars.ECR`, `github.repository` and so on, with what stands in for them on this machine. */
export type StandIns = Readonly<Record<string, string>>;

/** Replaces each `${{ name }}` of a value. Throws a UserError that names an expression which nothing stands in for. Pure. */
export function resolve(value: string, standIns: StandIns): string {
  return value.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, name: string) => {
    const known = standIns[name];
    if (known === undefined) throw new UserError(`The pipeline knows nothing that stands in for \${{ ${name} }} here.`);
    return known;
  });
}

/** Resolves the values of an environment; `overrides` wins over what the workflow says. Pure. */
export function environmentOf(
  env: Readonly<Record<string, string>>,
  standIns: StandIns,
  overrides: StandIns,
): Record<string, string> {
  const names = Object.keys(env).filter((name) => !(name in overrides));
  return { ...Object.fromEntries(names.map((name) => [name, resolve(env[name] ?? "", standIns)])), ...overrides };
}
