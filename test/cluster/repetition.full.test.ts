import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { repetitionSuite } from "./repetition.ts";
import { deployed, fixedSize, script, type World } from "./world.ts";

describeWith(["cluster", "gateway", "helm", "docker"], "a web that dies before it answers", () => {
  describe.each(["ingress", "gateway", "nginx"])("edge.kind=%s", (kind) => {
    const certificates = mkdtempSync(join(tmpdir(), "again-"));
    const own = ["--namespace", `analyze-again-${kind}`, "--certificates", certificates];
    let world: World;

    beforeAll(async () => {
      const ports = ["https", "http"].map((name) => `edge.nginx.service.nodePorts.${name}=null`);
      // where policies are enforced, no pod of web may call another one
      const values = [fixedSize, "networkPolicy.enabled=false,edge.rateLimit.requestsPerSecond=0", ...ports].join(",");
      world = await deployed("--edge", kind, ...own, "--host", `again-${kind}.test`, "--set", values);
    });
    afterAll(async () => {
      await script("undeploy", ...own);
      rmSync(certificates, { recursive: true });
    });

    repetitionSuite(() => world);
  });
});
