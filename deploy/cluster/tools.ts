import { spawnSync } from "node:child_process";

/** A tool is missing, or ended with an error that it has printed itself, or the cluster cannot be worked on. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}

/** kubectl and helm on one cluster: never on what the current context happens to be. */
export class ClusterTools {
  private readonly env: NodeJS.ProcessEnv;
  private readonly context: string | undefined;

  /** `env`: with KUBECONFIG. `context`: one of its contexts, when it has several. */
  constructor(env: NodeJS.ProcessEnv, context?: string) {
    this.env = env;
    this.context = context;
  }

  /** Its output is this terminal's. Throws a ClusterError. */
  kubectl(args: readonly string[], input?: object): void {
    run("kubectl", [...this.at("--context"), ...args], this.env, input);
  }

  /** Whether kubectl ends well; what it says is not shown. */
  answers(args: readonly string[]): boolean {
    return spawnSync("kubectl", [...this.at("--context"), ...args], { env: this.env }).status === 0;
  }

  /** Installs or updates a release with these values, and waits until its pods are ready. Throws a ClusterError. */
  release(name: string, namespace: string, chart: readonly string[], values: object, minutes: number): void {
    const where = [...this.at("--kube-context"), "--namespace", namespace];
    const wait = ["--wait", "--timeout", `${minutes}m`];
    run("helm", ["upgrade", "--install", name, ...chart, ...where, ...wait, "--values", "-"], this.env, values);
  }

  private at(option: string): string[] {
    return this.context === undefined ? [] : [option, this.context];
  }
}

/** Runs a program on this terminal; `input` goes to it as JSON. Throws a ClusterError. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, input?: object): void {
  const done = spawnSync(command, args, {
    stdio: ["pipe", "inherit", "inherit"],
    input: input === undefined ? "" : JSON.stringify(input),
    env,
  });
  if (done.error) throw new ClusterError(`${command} cannot be started (${done.error.message}): install it.`);
  if (done.status !== 0) throw new ClusterError(`${command} ${args[0]} failed; its own message is above.`);
}
