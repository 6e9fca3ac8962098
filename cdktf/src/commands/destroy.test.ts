import { expect, it } from "vitest";
import { synthesise } from "../../test/support/synthesised.ts";
import { type Stage, stages } from "../stages.ts";
import { protectedTypes } from "./destroy.ts";

/** Stage prod as `destroy` synthesises it, each resource as text: without and with --unprotect. */
function resources(deleteFull: boolean): Map<string, string> {
  const known: Record<string, Stage> = { ...stages, prod: { ...stages.prod, deleteFull } };
  const { resource } = synthesise("prod", {}, undefined, known);
  const all = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, values]): [string, string] => [`${type}.${name}`, JSON.stringify(values)]),
  );
  return new Map(all);
}

it("--unprotect first changes exactly the resources that prevent prod's deletion", () => {
  const [kept, free] = [resources(false), resources(true)];
  const changed = [...kept].filter(([address, text]) => free.get(address) !== text).map(([address]) => address);
  expect(new Set(changed.map((address) => address.split(".")[0]))).toEqual(protectedTypes);
  expect(free.get(changed.find((address) => address.startsWith("aws_alb.")) ?? "")).toContain(
    '"enable_deletion_protection":false',
  );
  const left = [...free].filter(([, text]) => /"(enable_deletion_protection|prevent_destroy)":true/.test(text));
  expect(left).toEqual([]);
  const stores = [...free].filter(([address]) => /^aws_(ecr_repository|s3_bucket)\./.test(address));
  for (const [, text] of stores) expect(text).toMatch(/"force_(delete|destroy)":true/);
});
