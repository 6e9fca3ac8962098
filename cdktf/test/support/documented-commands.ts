import { readFileSync } from "node:fs";

/** The commands of the AWS shell blocks in README.md and docs/aws.md, without comments. */
export function documentedCommands(): ReadonlySet<string> {
  const readme = /\n## AWS\n[^]*?(?=\n## )/.exec(page("README.md"))?.[0] ?? "";
  return new Set([readme, page("docs/aws.md")].flatMap(shellLines));
}

function page(name: string): string {
  return readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
}

function shellLines(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
  const lines = blocks.flatMap((block) => block.split("\n"));
  return lines.map((line) => line.replace(/\s+#\s.*$/, "").trim()).filter((line) => line !== "");
}

/** The documented commands that {@link typed} has returned. */
export const typedCommands = new Set<string>();

/**
 * The line that a person types for a documented command: `<name>` replaced by its value, with the bracketed part, or
 * without it if `short` is set. Throws if README and docs do not have the command.
 */
export function typed(documented: string, values: Readonly<Record<string, string>> = {}, short = false): string {
  if (!documentedCommands().has(documented)) throw new Error(`${documented}: not in README.md or docs/aws.md`);
  typedCommands.add(documented);
  const whole = short ? documented.replaceAll(/ \[[^\]]*\]/g, "") : documented.replaceAll(/[[\]]/g, "");
  return whole.replaceAll(/<([^>]+)>/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${documented}: no value for <${name}>`);
    return value;
  });
}

/** Documented commands that another test runs. */
export const runElsewhere: Readonly<Record<string, string>> = {
  "npm run cdktf -- deploy dev": "commands.system.test.ts",
  "npm run chart": "chart.system.test.ts",
  "npm run mirror": "mirror.system.test.ts",
  "npm run recover": "recover.full.test.ts",
  "npm run state -- --restore": "state.system.test.ts",
  "npm run host -- log -f": "host.system.test.ts",
  "npm run host -- report --open": "host.system.test.ts",
  'npm run host -- tunnel --to "$(minikube ip):443"': "tunnel.system.test.ts",
  "npm run host -- tunnel [--to 127.0.0.1:443] [--port 8443]": "tunnel.system.test.ts",
};
