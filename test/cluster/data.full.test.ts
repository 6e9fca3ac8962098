import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import type { Exchange } from "../load/exchange.ts";
import { startLoad } from "../load/load.ts";
import { drawCurve } from "./curve.ts";
import { deployDocuments, patience, type Documents } from "./documents.ts";
import { podsOf } from "./world.ts";

let documents: Documents;

/** Sets web's password in the Secret of one namespace. */
function putPassword(kubectl: Documents["at"], password: string): Promise<string> {
  const data = JSON.stringify({ stringData: { password } });
  return kubectl("patch", "secret", "mongodb", "--type=merge", "-p", data);
}

/** A document that takes web some time to check. */
const largeDocument: Exchange = {
  body: (id) => JSON.stringify({ id, parts: Array.from({ length: 400 }, (_, part) => ({ part, of: "a document" })) }),
  fault: (body, id) => (body.includes(`"${id}"`) ? undefined : "wrong body"),
};

/** How often containers of web and MongoDB were restarted. */
async function restarts({ at, near }: Documents): Promise<number> {
  const each = "jsonpath={.items[*].status.containerStatuses[*].restartCount}";
  const counts = [await at("get", "pods", "-o", each), await near("get", "pods", "-o", each)].join(" ").split(" ");
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

describeWith(
  ["cluster", "helm", "docker"],
  "documents through what happens to a cluster (FerretDB in MongoDB's place)",
  () => {
    beforeAll(async () => {
      documents = await deployDocuments("analyze-data-full");
    });
    afterAll(() => documents.remove());

    it("are there after the release was uninstalled and installed again: volumes and Secrets remain", async () => {
      const { at, deploy, read, store, uninstall } = documents;
      const id = await store({ name: "Ada" });
      await uninstall();
      // Helm does not wait for the pod of a StatefulSet in another namespace.
      await expect.poll(() => at("get", "pods,services,statefulsets", "-o", "name"), patience).toBe("");
      await deploy();
      await expect.poll(() => read(id), patience).toBe('{"name":"Ada"}');
    });

    it("are there after an upgrade of the release", async () => {
      const { deploy, read, store } = documents;
      const id = await store({ name: "upgraded" });
      await deploy("web.logLevel=debug,mongodb.resources.requests.cpu=30m");
      await expect.poll(() => read(id), patience).toBe('{"name":"upgraded"}');
    });

    it("are there after MongoDB's node was drained", async () => {
      const { at, read, store, world } = documents;
      const id = await store({ name: "drained" });
      const node = await at("get", "pod", "mongodb-0", "-o", "jsonpath={.spec.nodeName}");
      const pods = "app.kubernetes.io/component=mongodb";
      try {
        await world.cluster.read("drain", node, "--pod-selector", pods, "--delete-emptydir-data", "--timeout=150s");
      } finally {
        await world.cluster.read("uncordon", node);
      }
      await expect.poll(() => read(id), patience).toBe('{"name":"drained"}');
    });

    it("a wrong password is reported in the answer and restarts nothing; the right one needs no restart", async () => {
      const { at, deploy, near, read, store } = documents;
      const id = await store({ name: "password" });
      await putPassword(near, "another-password");
      await near("rollout", "restart", "deployment/web");
      await near("rollout", "status", "deployment/web", "--timeout=150s");
      await expect.poll(() => read(id), patience).toMatch(/^503 .*AuthenticationFailed/);
      const pod = "deployment/web";
      const ready = "fetch('http://127.0.0.1:8080/readyz').then(async (it) => console.log(it.status, await it.text()))";
      expect(await near("exec", pod, "--", "/nodejs/bin/node", "-e", ready)).toMatch(/^200 .*"data":"unavailable"/);
      const before = await restarts(documents);
      // The kubelet updates the pod's Secret in about a minute.
      await putPassword(at, "another-password");
      await expect.poll(() => read(id), { ...patience, timeout: 240_000 }).toBe('{"name":"password"}');
      expect(await restarts(documents)).toBe(before);
      expect(await at("logs", "mongodb-0", "-c", "user")).toMatch(/user web: changed\n$/);
      await deploy();
    });

    it(
      "load on /data scales web from 1 pod to 4 and back; what is not stored is refused with 503",
      { timeout: 600_000 },
      async () => {
        const { deploy, world } = documents;
        await deploy(
          "web.autoscaling.enabled=true,web.autoscaling.minReplicas=1,web.autoscaling.maxReplicas=4,web.autoscaling.quietSeconds=15",
        );
        const pods = async (): Promise<number> => (await podsOf(world, "web")).length;
        await expect.poll(pods, { timeout: 240_000 }).toBe(1);
        const stopDrawing = drawCurve(async () => `${await pods()} pods of web`);
        const url = `https://${world.host}/data`;
        // Fewer than a caller may store.
        const load = startLoad({ ...world.target, url, exchange: largeDocument, keepAlive: 8, fresh: 0, count: 9_000 });
        try {
          await expect.poll(pods, { timeout: 240_000 }).toBe(4);
        } finally {
          await load.stop();
        }
        const { byStatus, sent } = await load.result;
        const { 201: stored = 0, 503: refused = 0, ...others } = byStatus;
        process.stdout.write(`${stored} of ${sent} stored, ${refused} refused\n`);
        expect({ others, enough: stored > sent / 2 }).toEqual({ others: {}, enough: true });
        await expect.poll(pods, { timeout: 240_000, interval: 1000 }).toBe(1);
        await stopDrawing();
      },
    );
  },
);
