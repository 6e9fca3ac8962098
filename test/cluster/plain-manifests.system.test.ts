import { parseAllDocuments } from "yaml";
import { expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { manifestsOf, stages } from "../../deploy/manifests/manifests.ts";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";

const kindsOf = (yaml: string): unknown[] => parseAllDocuments(yaml).flatMap((one) => one.toJS()?.kind ?? []);

describeWith(["helm"], "npm run manifests", () => {
  it.each(stages)(
    "begins with the namespace, has every object of stage %s, and no Secret and no hook",
    async (stage) => {
      const yaml = await manifestsOf(stage, []);
      const [first, ...others] = kindsOf(yaml);
      expect(first).toBe("Namespace");
      expect(others.filter((kind) => kind === "Deployment")).toHaveLength(2);
      expect(others).toEqual(expect.arrayContaining(["Ingress", "NetworkPolicy", "Service", "PodDisruptionBudget"]));
      expect(others).not.toContain("Secret");
      expect(yaml).not.toContain("helm.sh/hook");
    },
  );

  it("takes values, and quotes what helm refuses", async () => {
    expect(await manifestsOf("dev", ["image.registry=registry.example"])).toContain("registry.example/analyze/web:");
    await expect(manifestsOf("dev", ["edge.kind=traefik"])).rejects.toThrow("/edge/kind");
  });
});

describeWith(["cluster", "helm"], "the API server", () => {
  it.each(stages)("takes the plain YAML of stage %s", async (stage) => {
    const { context } = await connect();
    const yaml = (await manifestsOf(stage, [])).replaceAll("namespace: analyze\n", "namespace: default\n");
    const args = ["--context", context, "apply", "--dry-run=server", "--validate=strict", "-f", "-"];
    const { code, stderr } = await run("kubectl", args, { input: yaml });
    expect({ code, errors: stderr.split("\n").filter((line) => /error/i.test(line)) }).toEqual({ code: 0, errors: [] });
  });
});
