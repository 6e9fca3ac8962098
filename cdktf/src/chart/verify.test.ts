import { describe, expect, it } from "vitest";
import { type Kubernetes, kubernetes } from "../../../deploy/cluster/cluster.ts";
import { runningRevision, verify } from "./verify.ts";

/** A cluster whose helm exits with these codes, by its first argument, and records its calls. */
function cluster(codes: Readonly<Record<string, number>>, stdout = ""): Kubernetes & { calls: string[] } {
  const calls: string[] = [];
  const helm: Kubernetes["helm"] = ([command = "", ...args]) => {
    calls.push(`${command} ${args.slice(0, 2).join(" ")}`);
    return Promise.resolve({ code: codes[command] ?? 0, stdout, stderr: "" });
  };
  return { ...kubernetes("none"), helm, calls };
}

describe("a deployment to prod", () => {
  it("that answers is kept", async () => {
    const good = cluster({});
    await verify(good, "analyze", 3);
    expect(good.calls).toEqual(["test analyze --namespace"]);
  });

  it("that does not answer is rolled back to the previous revision", async () => {
    const bad = cluster({ test: 1 });
    await expect(verify(bad, "analyze", 3)).rejects.toThrow("revision 3 runs again");
    expect(bad.calls).toEqual(["test analyze --namespace", "rollback analyze 3"]);
  });

  it("that is the first one is kept for inspection", async () => {
    const bad = cluster({ test: 1 });
    await expect(verify(bad, "analyze", null)).rejects.toThrow("no earlier revision");
    expect(bad.calls).toHaveLength(1);
  });

  it("whose rollback fails reports it", async () => {
    await expect(verify(cluster({ test: 1, rollback: 1 }), "analyze", 3)).rejects.toThrow("could not go back");
  });
});

it.each([
  [
    "the deployed one",
    0,
    [
      { revision: 1, status: "superseded" },
      { revision: 2, status: "deployed" },
      { revision: 3, status: "failed" },
    ],
    2,
  ],
  ["none where no revision was deployed", 0, [{ revision: 1, status: "failed" }], null],
  ["none where nothing is installed", 1, [], null],
])("the running revision is %s", async (_, history, revisions, expected) => {
  expect(await runningRevision(cluster({ history }, JSON.stringify(revisions)), "analyze")).toBe(expected);
});
