import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { describeWith } from "../support/requirements.ts";
import { objectsOf, rendered } from "./render.ts";

const statefulSet = z.object({
  kind: z.literal("StatefulSet"),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    volumeClaimTemplates: z.array(
      z.object({
        metadata: z.object({ name: z.string() }),
        spec: z.object({
          accessModes: z.array(z.string()),
          storageClassName: z.string(),
          resources: z.object({ requests: z.object({ storage: z.string() }) }),
        }),
      }),
    ),
  }),
});

const persistentVolume = z.object({
  kind: z.literal("PersistentVolume"),
  spec: z.object({
    storageClassName: z.string(),
    capacity: z.object({ storage: z.string() }),
    accessModes: z.array(z.string()),
    persistentVolumeReclaimPolicy: z.literal("Retain"),
    claimRef: z.object({ namespace: z.string(), name: z.string() }),
  }),
});

const byName = (one: { name: string }, other: { name: string }): number => one.name.localeCompare(other.name);

describeWith(["helm"], "the volumes that docs/data.md creates by hand", () => {
  it("match the claims of MongoDB's pod: name, namespace, class, size and mode", () => {
    const [, yaml = ""] =
      /```yaml\n(apiVersion: v1\nkind: PersistentVolume\n[^]*?)```/.exec(readFileSync("docs/data.md", "utf8")) ?? [];
    const offered = parseAllDocuments(yaml)
      .map((document) => persistentVolume.parse(document.toJS()).spec)
      .map(({ claimRef, storageClassName, capacity, accessModes }) => ({
        namespace: claimRef.namespace,
        name: claimRef.name,
        storageClassName,
        accessModes,
        storage: capacity.storage,
      }));
    const classes = ["mongodb.storage.className=manual", "mongodb.backup.storage.className=manual"];
    const chart = rendered("dev", "mongodb.enabled=true", "redis.enabled=false", ...classes);
    const pod = objectsOf(chart, statefulSet).get("mongodb");
    const claimed = pod?.spec.volumeClaimTemplates.map(({ metadata, spec }) => ({
      namespace: pod.metadata.namespace,
      name: `${metadata.name}-mongodb-0`,
      storageClassName: spec.storageClassName,
      accessModes: spec.accessModes,
      storage: spec.resources.requests.storage,
    }));
    expect(offered.toSorted(byName)).toEqual(claimed?.toSorted(byName));
  });
});
