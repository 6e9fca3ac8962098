import { chmodSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { must, run } from "../../deploy/run.ts";
import { define, externalSecrets, moduleFolder } from "../../test/cluster/definitions.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { clusterNames } from "../src/cluster/names.ts";
import { documentedSecret } from "./support/documented.ts";
import { temporaryFolder } from "./support/fixture.ts";

/** The API server's answer to a dry run of objects. The namespace exists in every cluster. */
async function dryRun(yaml: string): Promise<string> {
  const input = yaml.replaceAll("namespace: analyze ", "namespace: default ");
  const args = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
  const { stdout, stderr } = await run("kubectl", args, { input });
  return stdout + stderr;
}

describeWith(["cluster", "go", "helm"], "External Secrets' own definitions and chart", () => {
  beforeAll(async () => define(await connect(), externalSecrets));

  it("accept the manifest docs/external-secrets.yaml, and reject one with a misspelt field", async () => {
    const { yaml } = documentedSecret();
    expect((await dryRun(yaml)).split("\n")).toEqual([
      "secretstore.external-secrets.io/secrets-manager created (server dry run)",
      "externalsecret.external-secrets.io/stores created (server dry run)",
      "",
    ]);
    expect(await dryRun(yaml.replace("SecretsManager", "SecretManager"))).toContain("Unsupported value");
    expect(await dryRun(yaml.replace("property:", "field:"))).toContain('unknown field "spec.data[0].remoteRef.field"');
  });

  it("run the operator as the service account that may read the secret", async () => {
    const chart = temporaryFolder();
    cpSync(join(moduleFolder(externalSecrets.module), "deploy/charts/external-secrets"), chart, { recursive: true });
    // Its dependencies are off by default, and are in a registry.
    const file = join(chart, "Chart.yaml");
    chmodSync(file, 0o644);
    writeFileSync(file, readFileSync(file, "utf8").replace(/^dependencies:[^]*/m, ""));
    const { namespace, serviceAccount } = clusterNames.externalSecrets;
    const args = ["template", "external-secrets", chart, "-n", namespace, "--show-only", "templates/deployment.yaml"];
    expect(await must("helm", args)).toContain(`serviceAccountName: ${serviceAccount}\n`);
  });
});
