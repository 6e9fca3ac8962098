import { expect, it } from "vitest";
import { caFindings, trustedCa } from "./trust.ts";

const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`;

it.each([
  ["the same CA", pem("a"), pem("a")],
  ["the old CA beside a new one, as a replacement with overlap has it", pem("a"), pem("b") + pem("a")],
  ["the new CA alone, at the end of that overlap", pem("b") + pem("a"), pem("b")],
  ["no CA: a new namespace", "", pem("a")],
])("%s needs no warning", (_, deployed, issued) => {
  expect(caFindings(deployed, issued, "certs/issued")).toEqual([]);
});

it("another CA, of a deleted folder or of another checkout, is a warning with both ways out", () => {
  const [finding] = caFindings(pem("a"), pem("b"), "certs/issued");
  expect(finding).toMatchObject({ state: "warning", means: expect.stringContaining("refuse the edge") });
  expect(finding?.next).toMatch(/give them certs\/issued\/ca\.crt, or restore the old folder/);
});

it("a folder without a CA, as in a fresh clone, is an error that names the option", () => {
  expect(() => trustedCa({ certificates: "no/such/folder" })).toThrow(
    "no/such/folder/ca.crt cannot be read (ENOENT). Name the folder of the deployment: --certificates FOLDER",
  );
});
