import { expect, it } from "vitest";
import { readOptions } from "./options.ts";

it("an empty command line means analyze.test behind the edge that the cluster supports", () => {
  expect(readOptions(["deploy"], {})).toMatchObject({
    edge: undefined,
    stage: "dev",
    nodePort: false,
    host: "analyze.test",
    namespace: "analyze",
    yes: false,
    patchController: false,
    imageLoader: undefined,
  });
});

it("IMAGE_LOADER is a command and its arguments", () => {
  expect(readOptions(["deploy"], { IMAGE_LOADER: " k3d image  import " }).imageLoader).toEqual([
    "k3d",
    "image",
    "import",
  ]);
});

it.each([
  [["fly"], "fly"],
  [["deploy", "--edge", "traefik"], "traefik"],
  [["deploy", "--edge", "nginx", "--keep", "traefik"], "--keep"],
  [["deploy", "--stage", "test"], '--stage is "test": it must be one of dev, prod'],
  [["deploy", "--namespace", "Bad_Name"], '--namespace is "Bad_Name": it must have 1 to 63 of a-z'],
  [["deploy", "--frobnicate"], "--frobnicate"],
  [["deploy", "nginx"], "npm run deploy:minikube -- --edge nginx"],
  [["renew", "soon"], 'Unexpected argument: "soon"'],
])("%j is refused, and the message quotes it", (args, quoted) => {
  expect(() => readOptions(args, {})).toThrow(quoted);
});
