import { expect, it } from "vitest";
import { event, type Revision } from "../cluster/objects.ts";
import { readOptions } from "./options.ts";
import { adviceOn, describeOutcome, eventsOf, recoveryOf, valueArguments } from "./release.ts";

/** Revisions 1, 2, … with these states. */
function history(...states: string[]): Revision[] {
  return states.map((status, at) => ({
    revision: at + 1,
    status,
    description: status === "deployed" ? "Rollback to 1" : "",
    chart: "analyze-0.2.0",
  }));
}

it.each<[string[], ReturnType<typeof recoveryOf>]>([
  [[], undefined],
  [["deployed"], undefined],
  [["superseded", "deployed"], undefined],
  [["deployed", "failed"], undefined],
  [["uninstalled"], undefined],
  [["pending-install"], "uninstall"],
  [["failed"], "uninstall"],
  [["failed", "pending-upgrade"], "uninstall"],
  [["uninstalling"], "uninstall"],
  [["deployed", "uninstalling"], "uninstall"],
  [["deployed", "pending-upgrade"], { rollBackTo: 1 }],
  [["superseded", "deployed", "pending-upgrade"], { rollBackTo: 2 }],
  [["superseded", "superseded", "pending-rollback"], { rollBackTo: 2 }],
  [["deployed", "failed", "pending-rollback"], { rollBackTo: 1 }],
])("recovers a Helm release with the revisions %j by %j", (states, recovery) => {
  expect(recoveryOf(history(...states))).toEqual(recovery);
});

it.each([
  [["deployed"], ["deployed"], "helm refused it. Nothing was changed:"],
  [[], [], "helm could not install it. Nothing is installed:"],
  [["failed"], [], "the pods did not become ready. Helm removed the release:"],
  [
    ["deployed"],
    ["superseded", "failed", "deployed"],
    "the pods did not become ready. Helm rolled back (Rollback to 1):",
  ],
  [["deployed"], ["deployed", "failed"], "the upgrade failed, and revision 2 is failed. Deploy again to recover:"],
])("describes the result of a failed upgrade: from %j to %j", (before, after, text) => {
  expect(describeOutcome(history(...before), history(...after))).toBe(text);
});

function eventOf(name: string, message: string | null) {
  return event.parse({ metadata: { name: "e" }, involvedObject: { name }, message });
}

it("quotes the events of the release's objects and pods, each once, and no others", () => {
  const rendered =
    "metadata:\n  name: web\nspec:\n  template:\n    metadata:\n      name: other\n---\nmetadata:\n  name: worker\n";
  const events = [
    eventOf("web-5d-x", "no image"),
    eventOf("web-5d-x", "no image"),
    eventOf("worker", null),
    eventOf("website", "full"),
    eventOf("other", "x"),
  ];
  expect(eventsOf(rendered, events)).toEqual(["web-5d-x: no image", "worker: "]);
});

it("pushed images are pulled by their digests, also in a stage whose images are loaded into the nodes", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  const images = Object.fromEntries(
    ["web", "worker", "client"].map((name) => [name, `registry.test/${name}@${digest}`]),
  );
  const record = { version: "1.0.0", revision: null, base: { name: "base", digest: null }, images };
  const values = valueArguments({ ...readOptions(["deploy"], {}), edge: "ingress" }, { record }, "");
  expect(values).toEqual(
    expect.arrayContaining([
      "image.pullPolicy=IfNotPresent",
      `web.image.digest=${digest}`,
      "web.image.repository=registry.test/web",
    ]),
  );
});

it("a node port of another Service is named, with a way to look for it and a way out", () => {
  const stderr =
    'Service "edge" is invalid: spec.ports[0].nodePort: Invalid value: 30443: provided port is already allocated';
  expect(adviceOn(stderr)).toMatch(/get services -A \| grep 30443\n.*nodePorts\.https=null/);
  expect(adviceOn("timed out waiting for the condition")).toBe("");
});
