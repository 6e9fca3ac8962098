import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandsOf, readWorkflow } from "../../deploy/pipeline/workflow.ts";
import { brokenRules } from "./workflow-rules.ts";

const files = globSync(".github/workflows/*.yml").sort();
const read = (name: string): string => readFileSync(`.github/workflows/${name}.yml`, "utf8");
const checkout = "actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.0";

it.each(files)("%s breaks no rule", (file) => {
  expect(brokenRules(readFileSync(file, "utf8"))).toEqual([]);
});

describe("a workflow", () => {
  it.each<[what: string, name: string, from: string, to: string, fault: string]>([
    ["with rights for all jobs", "ci", "permissions: {}", "permissions: write-all", "rights for all jobs"],
    ["without rights of a job", "ci", "    permissions: { contents: read }\n", "", "check: no rights of its own"],
    ["whose job may write", "ci", "{ contents: read }", "{ contents: write }", "check: may write: contents"],
    ["with a tag of an action", "dev", checkout, "actions/checkout@v7", "not pinned: actions/checkout@v7"],
    ["with an image as an action", "dev", checkout, "docker://alpine:3", "not pinned: docker://alpine:3"],
    ["with an action of the checkout", "dev", checkout, "./here", "not pinned: ./here"],
    ["with an unknown owner", "dev", "actions/checkout@", "someone/checkout@", "deploy: action of someone"],
    ["with a script", "dev", "actions/checkout@", "actions/github-script@", "deploy: a script in place of a command"],
    [
      "that keeps credentials",
      "dev",
      "persist-credentials: false",
      "persist-credentials: true",
      "deploy: credentials in the checkout",
    ],
    [
      "that says nothing of credentials",
      "ci",
      "with: { persist-credentials: false }",
      "with: {}",
      "check: credentials in the checkout",
    ],
    ["with a cache", "release", "cache: false", "cache: true", "a cache, which a pull request could have filled"],
    [
      "with an event's text",
      "dev",
      "--keyless",
      "${{ github.event.head_commit.message }}",
      "expression github.event.head_commit.message",
    ],
    ["with a stranger's branch", "dev", "--keyless", "${{ github.head_ref }}", "expression github.head_ref"],
    ["with another secret", "release", "--keyless", "${{ secrets.NPM_TOKEN }}", "expression secrets.NPM_TOKEN"],
    ["with a function", "dev", "--keyless", "${{ toJSON(github) }}", "expression toJSON(github)"],
    [
      "with an expression in a command",
      "ci",
      "run: npm test",
      "run: npm test ${{ matrix.os }}",
      "test: expression in: npm test ${{ matrix.os }}",
    ],
    ["after a stranger's pull request", "ci", "pull_request:", "pull_request_target:", "trigger pull_request_target"],
    ["after another workflow", "dev", "push:", "workflow_run:", "trigger workflow_run"],
    [
      "without concurrency",
      "dev",
      "concurrency: { group: stage-dev, cancel-in-progress: false }\n",
      "",
      "no concurrency",
    ],
    ["without a time limit", "ci", "    timeout-minutes: 30\n", "", "check: no time limit"],
    ["on a runner of its own", "ci", "ubuntu-24.04", "self-hosted", "check: another runner"],
    [
      "with a shell of its own",
      "ci",
      "run: npm run check",
      "run: npm run check\n        shell: sh {0}",
      "check: shell",
    ],
    [
      "in another folder",
      "ci",
      "run: npm run check",
      "run: npm run check\n        working-directory: x",
      "check: working-directory",
    ],
    [
      "that ignores a failed step",
      "release",
      "run: npm run scan",
      "continue-on-error: true\n        run: npm run scan",
      "scan: continue-on-error",
    ],
    [
      "that ignores a failed job",
      "release",
      "    needs: build\n",
      "    needs: build\n    continue-on-error: true\n",
      "scan: continue-on-error",
    ],
  ])("%s is refused", (_, name, from, to, fault) => {
    const text = read(name);
    expect(text).toContain(from);
    expect(brokenRules(text.replace(from, to))).toContain(fault);
  });
});

it("each stage and each workflow has a concurrency of its own", () => {
  const groups = files.map((file) => readWorkflow(file).concurrency?.group);
  expect(new Set(groups).size).toBe(files.length);
});

it.each([
  [
    "release",
    [
      "npm run release-notes -- --check",
      "npm run images",
      "npm run scan -- --images --gate",
      "npm run sign-images",
      "npm run verify-images",
      ".ci/publish-release",
    ],
  ],
  [
    "dev",
    [
      "npm run images",
      "npm run scan -- --images --gate",
      "npm run sign-images",
      "npm run verify-images",
      "npm run deploy:minikube",
      ".ci/record-images",
    ],
  ],
  [
    "prod",
    [
      "npm run verify-images",
      "npm --prefix cdktf run deploy -- --yes --no-images --plan",
      "npm run copy-images",
      "npm --prefix cdktf run chart",
    ],
  ],
] as const)("%s.yml goes no step before the ones that it depends on", (name, order) => {
  const commands = commandsOf(readWorkflow(`.github/workflows/${name}.yml`)).map(({ run }) => run);
  const places = order.map((begin) => commands.findIndex((run) => run.startsWith(begin)));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it("the jobs of a release wait for each other, and nothing but the built-in token reaches the one that scans", () => {
  const { jobs } = readWorkflow(".github/workflows/release.yml");
  expect([jobs["scan"]?.needs, jobs["publish"]?.needs]).toEqual(["build", "scan"]);
  expect(jobs["scan"]?.env).toEqual({});
});
