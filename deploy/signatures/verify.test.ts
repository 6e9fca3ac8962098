import { expect, it } from "vitest";
import { refusalOf } from "./verify.ts";

/** Printed by cosign 3.1.3. */
const prefix = "error during command execution: ";

it.each([
  ["no signatures found", "web is not signed by this signer. Do not deploy it."],
  [
    "no matching attestations: failed to verify signature: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1",
    "web is not signed by this signer. Do not deploy it.",
  ],
  [
    // An image with a signature and an attestation of another signer.
    "no matching attestations: failed to verify signature: accepted signatures do not match threshold\nfailed to verify signature: accepted signatures do not match threshold",
    "web is not signed by this signer. Do not deploy it.",
  ],
  [
    'Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    "Whether web is signed cannot be checked. Do not deploy it.",
  ],
  [
    "loading verifier from key opts: loading public key: open nofile.pub: no such file or directory",
    "Whether web is signed cannot be checked. Do not deploy it.",
  ],
  ["", "Whether web is signed cannot be checked. Do not deploy it."],
])("cosign's %j is explained", (last, explained) => {
  const stderr = `WARNING: one\nError: ${last}\n${prefix}${last}\n`;
  expect(refusalOf("web", { code: 1, stdout: "", stderr }).split("\n")[0]).toBe(explained);
});

it("without cosign an image is not called unsigned", () => {
  const stderr = "cosign is not installed: install version 3 or newer";
  expect(refusalOf("web", { code: 127, stdout: "", stderr })).toBe(stderr);
});
