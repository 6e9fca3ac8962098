import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Answer, fakeProgram } from "../../test/support/fake-program.ts";
import { type Cluster, kubernetes } from "./cluster.ts";
import { loaderFindings, toolFindings } from "./tools.ts";

afterEach(() => vi.unstubAllEnvs());

const noPrograms = (): string => mkdtempSync(join(tmpdir(), "no-programs-"));
const cluster = (kind: Cluster["kind"]): Cluster => ({ ...kubernetes("ctx"), context: "ctx", kind, nodes: ["n"] });

describe("a program that a deployment needs", () => {
  it("has no finding if it works", async () => {
    const docker = fakeProgram("docker", [{ to: "info", stdout: "Server: 28" }]);
    expect(await toolFindings(["docker"])).toEqual([]);
    expect(docker.calls()).toEqual(["info"]);
  });

  it.each(["kubectl", "helm", "docker", "minikube", "kind"] as const)(
    "%s is named if it is missing, with its source",
    async (name) => {
      vi.stubEnv("PATH", noPrograms());
      expect(await toolFindings([name])).toEqual([
        {
          name: `tool-${name}`,
          state: "broken",
          saw: `${name} is not installed`,
          next: expect.stringMatching(/^install .*https:/),
        },
      ]);
    },
  );

  it.each<[what: string, answer: Omit<Answer, "to">, saw: string]>([
    ["the first line of its message", { code: 1, stderr: "no daemon\nmore\n" }, "docker does not work: no daemon"],
    ["its exit code if it says nothing", { code: 3 }, "docker does not work: exit code 3"],
    ["its exit code if it says something elsewhere", { code: 1, stdout: "x" }, "docker does not work: exit code 1"],
  ])("is quoted by %s if it does not work", async (_, answer, saw) => {
    fakeProgram("docker", [{ to: "info", ...answer }]);
    expect(await toolFindings(["docker"])).toMatchObject([{ state: "broken", saw }]);
  });

  it("that this user may not run is not called missing", async () => {
    const folder = noPrograms();
    writeFileSync(join(folder, "docker"), "#!/bin/sh\n", { mode: 0o644 });
    vi.stubEnv("PATH", folder);
    expect(await toolFindings(["docker"])).toMatchObject([{ saw: expect.stringContaining("check its permissions") }]);
  });

  it("is reported for each that is missing, in the given order", async () => {
    vi.stubEnv("PATH", noPrograms());
    expect((await toolFindings(["helm", "kubectl"])).map(({ name }) => name)).toEqual(["tool-helm", "tool-kubectl"]);
  });
});

describe("the loader of images", () => {
  it.each(["minikube", "kind", "other"] as const)("needs nothing on %s if one is set", async (kind) => {
    vi.stubEnv("PATH", noPrograms());
    expect(await loaderFindings(cluster(kind), ["k3d", "image", "import"])).toEqual([]);
  });

  it.each(["minikube", "kind"] as const)("is the program of %s, which must be there", async (kind) => {
    vi.stubEnv("PATH", noPrograms());
    expect((await loaderFindings(cluster(kind), undefined)).map(({ name }) => name)).toEqual([`tool-${kind}`]);
  });

  it("must be named for another cluster", async () => {
    expect(await loaderFindings(cluster("other"), undefined)).toMatchObject([
      {
        name: "image-loader",
        state: "broken",
        saw: expect.stringContaining("context ctx"),
        next: expect.stringContaining("IMAGE_LOADER="),
      },
    ]);
  });
});
