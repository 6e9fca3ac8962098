import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { connect } from "../../deploy/cluster/cluster.ts";
import { run } from "../../deploy/run.ts";
import { define, loadBalancerController } from "../../test/cluster/definitions.ts";
import { describeWith } from "../../test/support/requirements.ts";
import { namespaceObjects } from "../src/chart/namespace.ts";
import { clusterNames } from "../src/cluster/names.ts";
import { kubectl } from "./support/pods.ts";

const roles = ["admin", "deployer", "operator"] as const;
const namespace = `roles-${process.pid}`;

/** The table in docs/security.md: the arguments of each `kubectl auth can-i`, and the answer for each role. */
function documented(): [question: string, answers: string[]][] {
  const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
  const rows = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  const head = rows.findIndex(
    ([, first, ...others]) => first === "`kubectl auth can-i`" && others.length > roles.length,
  );
  expect(rows[head]?.slice(2, -1)).toEqual(roles);
  const end = rows.findIndex((cells, index) => index > head && cells.length === 1);
  return rows.slice(head + 2, end).flatMap(([, questions = "", ...answers]) =>
    questions
      .replaceAll("`", "")
      .split(", ")
      .map((question): [string, string[]] => [question, answers.slice(0, -1)]),
  );
}

/** The Kubernetes identity of an IAM role with an access entry. */
const identities: Readonly<Record<(typeof roles)[number], readonly string[]>> = {
  admin: ["--as", "admin", "--as-group", `${namespace}-admins`],
  deployer: ["--as", "deployer", "--as-group", clusterNames.deployers, "--as-group", `${namespace}-editors`],
  operator: ["--as", "operator", "--as-group", clusterNames.operators],
};

/** EKS's policies AmazonEKSClusterAdminPolicy and AmazonEKSEditPolicy are no RBAC objects; Kubernetes' own roles stand in. */
function standIns(): object[] {
  const rbac = "rbac.authorization.k8s.io";
  const binding = (kind: string, metadata: object, role: string, group: string): object => ({
    apiVersion: `${rbac}/v1`,
    kind,
    metadata,
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: rbac, kind: "Group", name: group }],
  });
  return [
    binding("ClusterRoleBinding", { name: `${namespace}-admins` }, "cluster-admin", `${namespace}-admins`),
    binding("RoleBinding", { name: "editors", namespace }, "edit", `${namespace}-editors`),
  ];
}

/** If the arguments have a namespace, kubectl uses the last one. */
describeWith(["cluster", "go"], "the three roles of a cluster on AWS, asked of a real API server", () => {
  beforeAll(async () => {
    const forget = await define(await connect(), loadBalancerController);
    const items = [...namespaceObjects(namespace), ...standIns()];
    kubectl(["apply", "--server-side", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    return async () => {
      kubectl(["delete", "namespace", namespace, "--wait=false"]);
      kubectl(["delete", "clusterrolebinding", `${namespace}-admins`]);
      await forget();
    };
  });

  it("may do exactly what the table in docs/security.md says", async () => {
    const rows = documented();
    const asked: [string, string[]][] = [];
    for (const [question] of rows) {
      const args = ["auth", "can-i", "-n", namespace, ...question.split(" ")];
      const answers = roles.map(async (role) => (await run("kubectl", [...args, ...identities[role]])).stdout.trim());
      asked.push([question, await Promise.all(answers)]);
    }
    expect(asked).toEqual(rows);
    expect(rows.length).toBeGreaterThanOrEqual(12);
  });
});
