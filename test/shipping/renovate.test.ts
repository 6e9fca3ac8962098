import { globSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";

const shape = z.object({
  customManagers: z.array(
    z.object({ description: z.string(), managerFilePatterns: z.array(z.string()), matchStrings: z.array(z.string()) }),
  ),
});
const { customManagers } = shape.parse(JSON.parse(readFileSync("renovate.json", "utf8")));
const files = ["*", ".ci/*", "deploy/**"]
  .flatMap((pattern) => globSync(pattern))
  .filter((file) => statSync(file).isFile());

/** What each manager must find, among others. */
const known: Readonly<Record<string, string>> = {
  "The base image, an argument of the Dockerfile": "gcr.io/distroless/nodejs24-debian13",
  "Images of the CronJob that renews ECR's login": "registry.k8s.io/kubectl",
  "Programs that .ci/ builds from their Go modules": "github.com/aquasecurity/trivy",
  "Manifests that .ci/ applies, by their tag, such as v0.15.2 or controller-v1.14.3": "kubernetes/ingress-nginx",
  "Charts that .ci/ installs": "docker.io/envoyproxy/gateway-helm",
  "npm packages that a script runs without installing them": "@sonar/scan",
  "Python tools of .ci/": "checkov",
};

it.each(customManagers)("Renovate finds: $description", ({ description, managerFilePatterns, matchStrings }) => {
  const patterns = managerFilePatterns.map((pattern) => new RegExp(pattern.slice(1, -1)));
  const texts = files
    .filter((file) => patterns.some((one) => one.test(file)))
    .map((file) => readFileSync(file, "utf8"));
  const found = matchStrings.flatMap((one) =>
    texts.flatMap((text) => [...text.matchAll(new RegExp(one, "g"))].map(({ groups }) => groups)),
  );
  expect(found.map((groups) => groups?.["depName"])).toContain(known[description]);
  expect(found.filter((groups) => !groups?.["currentValue"])).toEqual([]);
});
