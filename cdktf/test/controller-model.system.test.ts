import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadBalancerController, moduleFolder } from "../../test/cluster/definitions.ts";
import { behindTargetGroup, deployment, objectsOf, renderedFrom } from "../../test/cluster/render.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { ownChart } from "../src/chart/own-chart.ts";
import { namespaceObjects } from "../src/chart/namespace.ts";
import { gatePrefix } from "../src/chart/gates.ts";
import { objectsIn, treatments } from "./support/balancer-controller.ts";
import { all, synthesise } from "./support/synthesised.ts";

describeWith(["helm"], "the chart of stage prod and a model of the AWS Load Balancer Controller", () => {
  // helm prints objects in the order in which it creates them.
  const values = ["image.registry=registry.example", "edge.host=analyze.example.org", ...behindTargetGroup];
  const [chart, ...files] = ownChart;
  const yaml = renderedFrom(chart, ...files, ...values.flatMap((pair) => ["--set", pair]));
  const objects = objectsIn(yaml);

  it("registers only web's pods, at the port of Terraform's target group and security group", () => {
    const [group] = all(synthesise("prod"), "aws_alb_target_group");
    expect(group).toMatchObject({ target_type: "ip", protocol: "HTTP" });
    expect(treatments(objects).get("web")?.ports).toEqual([group?.["port"]]);
    expect(treatments(objects).get("worker")?.ports).toEqual([]);
    const rules = all(synthesise("prod"), "aws_vpc_security_group_ingress_rule");
    const rule = rules.find((one) => one["from_port"] === group?.["port"]);
    expect(rule).toMatchObject({ to_port: group?.["port"], ip_protocol: "tcp" });
  });

  it("checks targets at the path that the pod's readiness probe uses", () => {
    const [group] = all(synthesise("prod"), "aws_alb_target_group");
    const [container] = objectsOf(yaml, deployment).get("web")?.spec.template.spec.containers ?? [];
    expect(group).toMatchObject({ health_check: { path: container?.readinessProbe?.httpGet.path } });
  });

  it("adds no readiness gate to pods of the first installation, and one to every later pod of web", () => {
    expect(treatments(objects).get("web")?.waits).toBe(false);
    const later = treatments(objects, objectsIn(yaml));
    expect([later.get("web")?.waits, later.get("worker")?.waits]).toEqual([true, false]);
  });
});

describeWith(["go"], "the documentation of the AWS Load Balancer Controller", () => {
  const folder = moduleFolder(loadBalancerController.module);

  it.each([
    ["docs/deploy/pod_readiness_gate.md", "There exists a service matching the pod labels in the same namespace"],
    [
      "docs/deploy/pod_readiness_gate.md",
      "There exists at least one target group binding that refers to the matching service",
    ],
    ["docs/deploy/pod_readiness_gate.md", "The target type is IP"],
    ["docs/deploy/pod_readiness_gate.md", "injects the config to the pod spec only during pod creation"],
    ["docs/deploy/pod_readiness_gate.md", `The readiness gates have the prefix \`${gatePrefix}\``],
    ["docs/guide/targetgroupbinding/targetgroupbinding.md", "can expose your pods using an existing [ALB TargetGroup]"],
  ])("%s describes what the model does: %s", (page, sentence) => {
    expect(readFileSync(join(folder, page), "utf8")).toContain(sentence);
  });

  it("has the label that the namespace has", () => {
    const page = readFileSync(join(folder, "docs/deploy/pod_readiness_gate.md"), "utf8");
    const [label] = /elbv2\.k8s\.aws\/pod-readiness-gate-inject: enabled/.exec(page) ?? [];
    expect(JSON.stringify(namespaceObjects("analyze")[0])).toContain(String(label).replace(": ", '":"'));
  });
});
