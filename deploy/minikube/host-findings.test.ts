import { expect, it } from "vitest";
import { ingress } from "../cluster/objects.ts";
import { sharedHostFindings } from "./host-findings.ts";

const ours = { "app.kubernetes.io/instance": "analyze" };
const ingressIn = (namespace: string, host: string, labels: Record<string, string> = ours) =>
  ingress.parse({ metadata: { name: "web", namespace, labels }, spec: { rules: [{ host }] } });
const all = [ingressIn("analyze", "analyze.test"), ingressIn("other", "other.test")];

it("a host that an Ingress of another namespace uses is reported, with the name of that Ingress", () => {
  const [finding] = sharedHostFindings("other.test", "analyze", all);
  expect(finding).toMatchObject({ state: "broken", saw: "other.test is the host of the Ingress other/web" });
});

it("a host of this release's own Ingress, or of none, is not", () => {
  expect(sharedHostFindings("analyze.test", "analyze", all)).toEqual([]);
  expect(sharedHostFindings("new.test", "analyze", all)).toEqual([]);
});

it("another Ingress of the same namespace is reported too, but not one of cert-manager's", () => {
  const strange = ingressIn("analyze", "analyze.test", { app: "mine" });
  const challenge = ingressIn("analyze", "analyze.test", { "acme.cert-manager.io/http01-solver": "true" });
  expect(sharedHostFindings("analyze.test", "analyze", [...all, challenge])).toEqual([]);
  expect(sharedHostFindings("analyze.test", "analyze", [...all, strange])).toMatchObject([{ state: "broken" }]);
});
