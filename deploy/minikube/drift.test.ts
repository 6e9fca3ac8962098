import { expect, it } from "vitest";
import { adopted, type Entry } from "./drift.ts";

const helm: Entry = {
  manager: "helm",
  operation: "Apply",
  apiVersion: "apps/v1",
  fieldsV1: { "f:spec": { "f:strategy": {}, "f:template": { "f:spec": { "f:volumes": {} } } } },
};
const byHand = (manager: string, more: Partial<Entry> = {}): Entry => ({
  manager,
  operation: "Update",
  fieldsV1: { "f:spec": { "f:template": { "f:spec": { 'k:{"name":"web"}': { "f:env": {} } } } } },
  ...more,
});
const controller = byHand("kube-controller-manager", { subresource: "status" });

it("gives fields set by kubectl to helm, and keeps the other entries", () => {
  expect(
    adopted([helm, byHand("kubectl-set"), byHand("kubectl-edit", { fieldsV1: { "f:data": {} } }), controller]),
  ).toEqual([
    {
      ...helm,
      fieldsV1: {
        "f:spec": {
          "f:strategy": {},
          "f:template": { "f:spec": { "f:volumes": {}, 'k:{"name":"web"}': { "f:env": {} } } },
        },
        "f:data": {},
      },
    },
    controller,
  ]);
});

it.each([
  ["nothing was set by hand", [helm, controller]],
  ["the pods were restarted", [helm, byHand("kubectl-rollout")]],
  ["the Deployment was scaled", [helm, byHand("kubectl", { subresource: "scale" })]],
  ["helm 3 does not apply server-side", [{ ...helm, operation: "Update" }, byHand("kubectl-set")]],
])("gives nothing where %s", (_, entries) => {
  expect(adopted(entries)).toBeUndefined();
});
