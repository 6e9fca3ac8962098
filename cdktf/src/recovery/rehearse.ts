import { z } from "zod";
import { UserError } from "@analyze/common/errors";
import type { ImportIds } from "./import-ids.ts";

const shape = z.looseObject({
  "@level": z.string(),
  diagnostic: z.looseObject({ summary: z.string(), detail: z.string().default("") }).optional(),
  change: z.looseObject({ resource: z.looseObject({ addr: z.string() }), action: z.string() }).optional(),
});

type Line = z.infer<typeof shape>;

/**
 * Plans until each import is of something that exists. `plan`: what Terraform prints with `-json` for these imports.
 * Resolves with them, and throws a UserError where the plan fails for another reason or would delete or replace
 * something.
 */
export async function rehearse(ids: ImportIds, plan: (ids: ImportIds) => Promise<string>): Promise<ImportIds> {
  const lines = linesIn(await plan(ids));
  const errors = lines.flatMap((line) => (line["@level"] === "error" && line.diagnostic ? [line.diagnostic] : []));
  if (errors.length === 0) {
    refuseLoss(lines);
    return ids;
  }
  const missing = errors.map(({ detail }) => /import an existing object to "([^"]+)"/.exec(detail)?.[1] ?? "");
  const left = new Map([...ids].filter(([address]) => !missing.includes(address)));
  if (left.size === ids.size || missing.includes("")) {
    const others = errors.filter((_, index) => missing[index] === "" || !ids.has(missing[index] ?? ""));
    throw new UserError(others.map(({ summary, detail }) => `${summary}: ${detail}`).join("\n"), { exitCode: 1 });
  }
  return rehearse(left, plan);
}

function linesIn(printed: string): Line[] {
  return printed.split("\n").flatMap((line) => (line.startsWith("{") ? [shape.parse(JSON.parse(line))] : []));
}

function refuseLoss(lines: readonly Line[]): void {
  const lost = lines.flatMap(({ change }) =>
    change !== undefined && /delete|replace/.test(change.action) ? [`  ${change.action} ${change.resource.addr}`] : [],
  );
  if (lost.length === 0) return;
  throw new UserError(
    `The settings or the code differ from what is deployed: recovery would lose these resources. Nothing was changed.\n${lost.join("\n")}\n` +
      "Run it again from the commit and with the settings of the last deployment.",
    { exitCode: 1 },
  );
}
