import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { loadImages } from "../../deploy/images/load.ts";
import { candidates, handshake, splitAddress } from "../../deploy/minikube/reach.ts";
import { settleEdge } from "../../deploy/minikube/edge.ts";
import { readOptions } from "../../deploy/minikube/options.ts";
import { must, run } from "../../deploy/run.ts";
import { startAcmeServer } from "../edge/acme-server.ts";
import { pass, startLoad } from "../load/load.ts";
import { startProgram } from "../support/program.ts";
import { describeWhere } from "../support/requirements.ts";
import { certManager, define } from "./definitions.ts";
import { deployed, fixedSize, script, type World } from "./world.ts";

const solverImage = "analyze-test/acme-solver:1";
const folder = mkdtempSync(join(tmpdir(), "public-"));
const namespaceOf = (edge: string): string => `analyze-acme-${edge}`;
let forget: () => Promise<void>;

/** The image that cert-manager starts for a challenge: this program again. */
async function loadSolver(): Promise<void> {
  copyFileSync(
    execFileSync("sh", ["-c", "command -v cert-manager"], { encoding: "utf8" }).trim(),
    join(folder, "solver"),
  );
  writeFileSync(join(folder, "Dockerfile"), 'FROM scratch\nCOPY solver /solver\nUSER 65532\nENTRYPOINT ["/solver"]\n');
  await must("docker", ["build", "--quiet", "--tag", solverImage, folder]);
  const loader = readOptions(["deploy"], process.env).imageLoader;
  await loadImages(await connect(), loader, [solverImage]);
}

/** Where an ACME server looks for the edge: port 80, so that node ports are no candidates. */
async function balancedAddress(world: World): Promise<string> {
  const { options } = await settleEdge(world.cluster, readOptions(["deploy", ...world.options], {}));
  const found = await candidates(world.cluster, options);
  return splitAddress(found[0] ?? "").host;
}

/** Switches the release to certificates by this ACME server, as a person does with helm. */
async function switchTo(world: World, server: { url: string; caFile: string }): Promise<void> {
  const bundle = readFileSync(server.caFile).toString("base64");
  const acme = { email: "someone@example.org", server: server.url, caBundle: bundle };
  const set = Object.entries(acme).flatMap(([key, value]) => ["--set", `edge.tls.acme.${key}=${value}`]);
  const args = ["upgrade", "analyze", "ingress", "--namespace", world.namespace, "--reuse-values", "--wait", ...set];
  const { code, stderr } = await world.cluster.helm(args);
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

describeWhere(
  "certManager",
  ["cluster", "helm", "docker", "pebble", "gateway", "go"],
  "a certificate by cert-manager",
  () => {
    beforeAll(async () => {
      forget = await define(await connect(), certManager);
      await loadSolver();
    });
    afterAll(async () => {
      await forget();
      rmSync(folder, { recursive: true });
    });

    it.each(["ingress", "nginx", "gateway"])(
      "comes into use at the edge %s in place of the private CA's, without a lost request",
      { timeout: 400_000 },
      async (edge) => {
        const certificates = join(folder, edge);
        const where = ["--namespace", namespaceOf(edge), "--host", `${edge}.acme.test`, "--certificates", certificates];
        const ports = ["https=null", "http=null"].map((port) => `edge.nginx.service.nodePorts.${port}`);
        const values = [fixedSize, "edge.nginx.service.type=LoadBalancer", ...ports].join(",");
        const world = await deployed("--edge", edge, ...where, "--set", values);
        const ip = await balancedAddress(world);
        const acme = await startAcmeServer({ ip, port: 80 });
        const KUBECONFIG = process.env["KUBECONFIG"] ?? join(homedir(), ".kube/config");
        const env = { ...process.env, KUBECONFIG, SOLVER_IMAGE: solverImage, NAMESERVER: acme.dns };
        const controllers = startProgram("cert-manager", [], { env });
        const root = await acme.root();
        const address = `${ip}:443`;
        const load = startLoad({ ...world.target, address, ca: world.ca + root, pauseMs: 50, durationMs: 300_000 });
        try {
          await pass(load, 20);
          await switchTo(world, acme);
          await vi.waitFor(
            async () => expect(await handshake(address, world.host, root)).toMatchObject({ verified: true }),
            {
              timeout: 180_000,
              interval: 1000,
            },
          );
          await pass(load, 20);
          const { lost, sent } = await load.stop();
          expect({ lost, enough: sent > 100 }).toEqual({ lost: [], enough: true });
          writeFileSync(join(folder, "root.crt"), root);
          const client = { ANALYZE_URL: `https://${world.host}`, ANALYZE_ADDRESS: ip };
          const trust = { ANALYZE_CA_FILE: join(folder, "root.crt") };
          const probe = await run(process.execPath, ["client/src/main.ts", "once"], { env: { ...client, ...trust } });
          expect(probe.stdout).toMatch(/^ok app\n/);
        } catch (error) {
          throw new Error(`${String(error)}\ncert-manager:\n${controllers.output().slice(-4000)}`, { cause: error });
        } finally {
          await load.stop();
          await controllers.stop("SIGKILL");
          await acme.stop();
          await script("undeploy", "--namespace", namespaceOf(edge));
        }
      },
    );
  },
);
