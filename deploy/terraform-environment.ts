/** These change what Terraform does, or where it looks for the state: set for other projects, they would lose resources here. */
const foreign = /^TF_(CLI_ARGS(_\w+)?|DATA_DIR|INPUT|VAR_\w+|WORKSPACE)$/;

/** The variables that Terraform gets besides those of this process. Undefined: it does not get that one. */
export function terraformEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ignored = foreignVariables(environment).map((name) => [name, undefined]);
  return { CHECKPOINT_DISABLE: "1", ...Object.fromEntries(ignored) };
}

/** The names of variables that Terraform does not get. */
export function foreignVariables(environment: NodeJS.ProcessEnv): string[] {
  return Object.keys(environment).filter((name) => foreign.test(name) && environment[name] !== "");
}
