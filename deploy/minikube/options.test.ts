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
  [["deploy", "--host", ""], '--host is "": it must be a DNS name'],
  [["deploy", "--host", "1.2.3.4"], '--host is "1.2.3.4"'],
  [["deploy", "--host", "Example.test"], '--host is "Example.test": it must be a DNS name in lower case'],
  [["deploy", "--host", "a.test:8443"], '--host is "a.test:8443"'],
  [["deploy", "--timeout", "5"], '--timeout is "5": it must be a duration with its unit'],
  [["deploy", "--values", "no-such.yaml"], "--values: no-such.yaml cannot be read (ENOENT)"],
  [["deploy", "--set", "a.b=1", "--set", "secret"], '--set number 2 has no "="'],
])("%j is refused, and the message quotes it", (args, quoted) => {
  expect(() => readOptions(args, {})).toThrow(quoted);
});

it("a value without a key is refused, and not quoted: it may be a secret", () => {
  expect(() => readOptions(["deploy", "--set", "hunter2"], {})).toThrow(/^(?!.*hunter2)/);
});

it.each([["--help"], ["-h"]])("%s prints the options, and is no fault", (option) => {
  expect(() => readOptions(["deploy", option], {})).toThrow(
    expect.objectContaining({ exitCode: 0, message: expect.stringContaining("usage: npm run deploy:minikube") }),
  );
});
