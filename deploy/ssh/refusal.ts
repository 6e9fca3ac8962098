import { run } from "../run.ts";

/**
 * What to do about a permanent rejection, by ssh's output: its keys are not accepted, or the host's key differs from
 * the known one. Null: a retry may succeed. `keyFile`: the private key for ssh; null: ssh chose it.
 */
export async function refusal(printed: string, keyFile: string | null): Promise<string | null> {
  if (/Host key verification failed/.test(printed)) {
    return "The host shows another key than the known one: another machine may have its address. `npm run host -- ssh` shows both.";
  }
  if (!/Permission denied \(|Too many authentication failures/.test(printed)) return null;
  if (keyFile === null) {
    return (
      "The host accepted none of the keys that ssh offered. Without a terminal, ssh uses a key with a passphrase only from ssh-agent: " +
      "run `ssh-add`. ANALYZE_SSH_PUBLIC_KEY_FILE names the key that the stage was deployed with."
    );
  }
  if (await hasPassphrase(keyFile)) {
    return `${keyFile} has a passphrase, and ssh-agent does not hold it: run \`ssh-add ${keyFile}\`, then the same command again.`;
  }
  return `The host did not accept ${keyFile}. Set ANALYZE_SSH_PUBLIC_KEY_FILE to the key that the stage was deployed with.`;
}

async function hasPassphrase(keyFile: string): Promise<boolean> {
  const { stderr } = await run("ssh-keygen", ["-y", "-P", "", "-f", keyFile]);
  return /passphrase/.test(stderr);
}
