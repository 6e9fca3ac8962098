import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/requirements.ts";
import { deployDocuments, patience, type Documents } from "./documents.ts";

let documents: Documents;

describeWith(
  ["cluster", "helm", "docker"],
  "documents in the cluster, MongoDB in its own namespace (FerretDB in its place)",
  () => {
    beforeAll(async () => {
      documents = await deployDocuments("analyze-data");
    });
    afterAll(() => documents.remove());

    it("a new pod of MongoDB has what the last one stored", async () => {
      const { at, read, store } = documents;
      const id = await store({ name: "Ada" });
      await at("delete", "pod", "mongodb-0", "--force", "--grace-period=0");
      await store({ name: "after it" });
      await expect.poll(() => read(id), patience).toBe('{"name":"Ada"}');
    });

    it("the CronJob's backup has them, on a separate volume", async () => {
      const { at } = documents;
      await at("create", "job", "--from=cronjob/backup", "by-hand");
      await at("wait", "--for=condition=complete", "job/by-hand", "--timeout=150s");
      expect(await at("logs", "job/by-hand")).toMatch(/^\/backup\/documents-\d{8}T\d{6}Z\.gz: 2 documents\n$/);
    });

    it("web's namespace does not have the administrator's password, and no ConfigMap or log has a password", async () => {
      const { at, near } = documents;
      const secrets = (await near("get", "secrets", "-o", "name")).split("\n");
      expect(secrets.filter((name) => name.includes("mongodb")).toSorted()).not.toContain("secret/mongodb-admin");
      const shown = [await near("get", "configmaps", "-o", "yaml"), await at("logs", "mongodb-0", "--all-containers")];
      for (const name of ["mongodb", "mongodb-admin"]) {
        const password = Buffer.from(
          await at("get", "secret", name, "-o", "jsonpath={.data.password}"),
          "base64",
        ).toString();
        expect(password).toMatch(/^\w{40}$/);
        expect(shown.join("\n")).not.toContain(password);
      }
    });
  },
);
