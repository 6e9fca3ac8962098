import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { run } from "../../deploy/run.ts";
import { describeWith } from "../support/requirements.ts";
import { define } from "./definitions.ts";
import { operatorDefinitions } from "./operator.ts";

const object = z.looseObject({ kind: z.string() });

let folder: string;
let cluster: Cluster;
let undefine: (() => Promise<void>) | undefined;

async function rendered(kind: string): Promise<z.infer<typeof object> | undefined> {
  const values = ["--set=monitoring.enabled=true", "--set=networkPolicy.metricsNamespace=monitoring"];
  const { stdout } = await run("helm", ["template", "analyze", "ingress", "--namespace=default", ...values]);
  const all = parseAllDocuments(stdout).map((one): unknown => one.toJS());
  return all
    .filter((one) => one !== null)
    .map((one) => object.parse(one))
    .find((one) => one.kind === kind);
}

async function offered(manifest: unknown) {
  const args = ["--context", cluster.context, "create", "--dry-run=server", "--validate=strict", "-f", "-"];
  return run("kubectl", args, { input: JSON.stringify(manifest) });
}

describeWith(["cluster", "helm", "go"], "the Prometheus operator's own definitions", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "analyze-operator-"));
    cluster = await connect();
    undefine = await define(cluster, { folder, files: operatorDefinitions(folder) });
  }, 900_000);

  afterAll(async () => {
    await undefine?.();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["PodMonitor", "PrometheusRule"])(
    "%s of the chart is accepted, and rejected with a renamed field",
    async (kind) => {
      const found = await rendered(kind);
      expect(await offered(found)).toMatchObject({ code: 0 });
      const misspelt: unknown = JSON.parse(JSON.stringify(found).replace(/"(selector|groups)":/, '"$1s":'));
      const { code, stderr } = await offered(misspelt);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/unknown field|Required value/)]);
    },
  );
});
