import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "@analyze/common/errors";
import { announce } from "../../../deploy/progress.ts";
import type { Terraform } from "../../../deploy/terraform.ts";

/** In the stack's folder, which git ignores. */
const file = "approved.tfplan";

// The approval covers all of Terraform's data on a change. `after` is absent if unknown, as every ID of a first plan.
const change = z.looseObject({ actions: z.array(z.string()), importing: z.unknown().optional() });
const resource = z.looseObject({ address: z.string(), previous_address: z.string().optional(), change });
const planShape = z
  .object({
    format_version: z.string().optional(),
    errored: z.boolean().optional(),
    resource_changes: z.array(resource).optional(),
    output_changes: z.record(z.string(), change).default({}),
  })
  // Only a complete plan leaves them out, where nothing changes.
  .refine(({ format_version: format, resource_changes: all }) => format !== undefined || all !== undefined)
  .refine(({ errored }) => errored !== true);

/** What a person approves of a plan. */
export interface Approval {
  /** Hash of all changes with their values, 64 hex digits. The same plan always has the same hash. */
  readonly hash: string;
  /** `create aws_vpc.network`: one line for each change, without values, because some are secrets. */
  readonly lines: readonly string[];
}

/** Terraform's JSON of a plan → its approval. Throws a UserError, which quotes no value, if the plan is not complete. Pure. */
export function approvalOf(json: string): Approval {
  const parsed = planShape.safeParse(jsonOf(json));
  if (!parsed.success)
    throw new UserError("Terraform printed no complete plan. Nothing was applied. Run the command again.", {
      exitCode: 1,
    });
  const { resource_changes: all = [], output_changes: outputs } = parsed.data;
  const changes = all.map((one) => ({ one, does: actionsOf(one) })).filter(({ does }) => does.length > 0);
  const texts = changes.map(({ one }) => JSON.stringify(one, sorted)).toSorted();
  const content = JSON.stringify([texts, JSON.stringify(outputs, sorted)]);
  const hash = createHash("sha256").update(content).digest("hex");
  return { hash, lines: changes.map(({ one: { address }, does }) => `${does.join(" and ")} ${address}`) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a plan does to a resource or its entry in the state; empty: nothing. */
function actionsOf({ previous_address: from, change: { actions, importing } }: z.infer<typeof resource>): string[] {
  return [
    ...(importing === undefined ? [] : ["import"]),
    ...(from === undefined ? [] : ["move"]),
    ...actions.filter((action) => action !== "no-op" && action !== "read"),
  ];
}

/** Sorts keys. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Makes a plan. Its file has secrets, and is removed after use. */
async function withPlan<T>(
  terraform: Terraform,
  use: (changes: boolean, approval: Approval) => Promise<T>,
): Promise<T> {
  try {
    const changes = await terraform.planTo(file);
    return await use(changes, approvalOf(await terraform.showPlan(file)));
  } finally {
    terraform.discardPlan(file);
  }
}

/** Plans, and shows the hash to approve, also in the summary of a pipeline. Resolves with whether there are changes. */
export function showApproval(terraform: Terraform): Promise<boolean> {
  return withPlan(terraform, async (changes, { hash, lines }) => {
    announce(`to apply exactly this plan: npm run deploy -- --plan ${hash}`);
    const summary = process.env["GITHUB_STEP_SUMMARY"];
    if (!summary) return changes;
    const list = lines.map((line) => `- ${line}`).join("\n") || "Nothing changes.";
    const how = `To apply it, run this workflow again with the plan \`${hash}\`.`;
    appendFileSync(summary, `## Plan\n\n${list}\n\n${how}\n`);
    return changes;
  });
}

/** Plans again, and applies that plan if its hash is the approved one. Else throws a UserError and changes nothing. */
export async function applyApproved(terraform: Terraform, approved: string): Promise<void> {
  await withPlan(terraform, async (_, { hash }) => {
    if (hash === approved) return terraform.applyPlan(file);
    throw new UserError(
      "The plan is not the approved one: something has changed since. Nothing was applied. Read it again: " +
        `\`npm run plan -- --approval\`\n  approved ${approved}\n  now      ${hash}`,
      { exitCode: 1 },
    );
  });
}
