import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, type Cluster } from "../../deploy/cluster/cluster.ts";
import { admissionPolicy } from "../../deploy/signatures/admission.ts";
import { describeWith } from "../support/requirements.ts";

const namespace = `ship-${process.pid}`;

const pod = (name: string, image: string, more: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: { automountServiceAccountToken: false, containers: [{ name: "one", image }], ...more },
});

describeWith(["cluster"], "the policy of verify-images --admit", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await connect();
    await cluster.read("create", "namespace", namespace);
  });

  /** As kubectl would create it, as a dry run. */
  function create(object: object) {
    const args = ["--context", cluster.context, "create", "--dry-run=server", "-f", "-"];
    return spawnSync("kubectl", args, { encoding: "utf8", input: JSON.stringify(object) });
  }

  afterAll(async () => {
    const name = `analyze-images-${namespace}`;
    const policies = ["validatingadmissionpolicybinding", "validatingadmissionpolicy"];
    for (const kind of policies) await cluster.kubectl("delete", kind, name, "--ignore-not-found");
    await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
  });

  describe("a namespace that runs only verified images", () => {
    const verified = `registry.test/analyze/web@sha256:${"1".repeat(64)}`;
    const also = "valkey/valkey:8.1";
    beforeAll(async () => {
      await cluster.apply(...admissionPolicy({ namespace, verified: [verified], also: [also] }));
      // The API server applies a new policy some seconds later.
      await vi.waitUntil(
        () => create(pod("probe", "registry.test/unsigned:1")).stderr.includes("not a verified image"),
        {
          timeout: 60_000,
          interval: 500,
        },
      );
    }, 90_000);

    it.each([verified, also])("accepts %s", (image) => {
      const { status, stderr } = create(pod("good", image));
      expect({ status, stderr }).toMatchObject({ status: 0 });
    });

    const refused = [
      ["an unsigned digest", `registry.test/analyze/web@sha256:${"2".repeat(64)}`],
      ["a tag", "registry.test/analyze/web:0.2.0"],
      ["a tag beside the digest", `registry.test/analyze/web:0.2.0@sha256:${"1".repeat(64)}`],
      ["the digest of another registry", `elsewhere.test/analyze/web@sha256:${"1".repeat(64)}`],
      ["another tag of an allowed image", "valkey/valkey:latest"],
    ] as const;
    it.each(refused.flatMap(([what, image]) => Array.from({ length: 4 }, (_, round) => ({ what, image, round }))))(
      "rejects $what, round $round",
      ({ image, round }) => {
        const bad = [{ name: "two", image }];
        const more = [
          {},
          { initContainers: bad },
          { containers: [{ name: "one", image: verified }, ...bad] },
          { restartPolicy: "Never" },
        ][round];
        const { status, stderr } = create(pod(`bad-${round}`, round === 1 ? verified : image, more));
        expect(status).not.toBe(0);
        expect(stderr).toContain(`not a verified image: ${image}`);
      },
    );
  });
});
