import { expect, it } from "vitest";
import { ingress } from "../cluster/objects.ts";
import { sharedHostFindings } from "./host-findings.ts";

const ingressIn = (namespace: string, host: string) =>
  ingress.parse({ metadata: { name: "web", namespace }, spec: { rules: [{ host }] } });
const all = [ingressIn("analyze", "analyze.test"), ingressIn("other", "other.test")];

it("a host that an Ingress of another namespace uses is reported, with the name of that Ingress", () => {
  const [finding] = sharedHostFindings("other.test", "analyze", all);
  expect(finding).toMatchObject({ state: "broken", saw: "other.test is the host of the Ingress other/web" });
});

it("a host of this release's own Ingress, or of none, is not", () => {
  expect(sharedHostFindings("analyze.test", "analyze", all)).toEqual([]);
  expect(sharedHostFindings("new.test", "analyze", all)).toEqual([]);
});
