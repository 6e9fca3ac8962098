import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import manifest from "../../package.json" with { type: "json" };
import { project } from "../images/docker.ts";
import { readRecord, recordFile } from "../images/record.ts";
import { registryFrom } from "../images/registry.ts";
import { announce } from "../progress.ts";
import { entryOf } from "../release-notes/notes.ts";
import { must, run } from "../run.ts";
import { annotated } from "./annotations.ts";
import { signArguments, signingWith } from "../signatures/signer.ts";

surviveClosedPipes();

const usage = `usage: npm run chart:push -- REGISTRY --keyless | --key=FILE
Pushes the chart as REGISTRY/charts/analyze, an OCI artifact, with the images of dist/images.json and the changes of its version for
Artifact Hub, and signs it by its digest.`;

/** Pushes the packaged chart. Resolves with `registry/charts/analyze@sha256:…`. */
async function push(registry: string): Promise<string> {
  const folder = join(project, "dist");
  const chart = join(folder, "chart");
  rmSync(chart, { recursive: true, force: true });
  // its links lead out of the chart
  cpSync(join(project, "ingress"), chart, { recursive: true, dereference: true });
  const entry = entryOf(readFileSync(join(project, "CHANGELOG.md"), "utf8"), manifest.version);
  const file = join(chart, "Chart.yaml");
  writeFileSync(file, annotated(readFileSync(file, "utf8"), readRecord(recordFile), entry));
  await must("helm", ["package", chart, "--destination", folder]);
  const plain = /^(127\.|localhost[:/])/.test(registry) ? ["--plain-http"] : [];
  const args = ["push", join(folder, `analyze-${manifest.version}.tgz`), `oci://${registry}/charts`, ...plain];
  const { code, stdout, stderr } = await run("helm", args);
  const digest = /sha256:[0-9a-f]{64}/.exec(stdout + stderr)?.[0];
  if (code !== 0 || digest === undefined)
    throw new UserError(`helm did not push the chart:\n${stderr}`, { exitCode: 1 });
  return `${registry}/charts/analyze@${digest}`;
}

try {
  answerHelp(usage, process.argv.slice(2));
  const [registry, signer, ...others] = process.argv.slice(2);
  if (registry === undefined || signer === undefined || others.length > 0) throw new UserError(usage);
  const key = /^--key=(.+)$/.exec(signer)?.[1];
  if (key === undefined && signer !== "--keyless") throw new UserError(usage);
  const by = signingWith(key, process.env);
  const reference = await push(registryFrom(registry));
  announce(`${reference} is pushed`);
  await must("cosign", ["sign", ...signArguments(by), reference]);
  process.stdout.write(`${reference}\n`);
} catch (error) {
  endWith(error);
}
