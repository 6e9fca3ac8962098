import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { day } from "@analyze/common/time";
import { expect, it } from "vitest";
import { createAuthority } from "../../../certs/src/index.ts";
import { temporaryFolder } from "../../test/support/fixture.ts";
import { caWarnings } from "./ca-file.ts";

const notBefore = new Date("2026-01-01T00:00:00Z");
const notAfter = new Date("2031-01-01T00:00:00Z");
const authority = await createAuthority({ hosts: ["analyze.test"], notBefore, notAfter });
const later = await createAuthority({
  hosts: ["analyze.test"],
  notBefore: new Date("2030-12-01T00:00:00Z"),
  notAfter: new Date("2035-12-01T00:00:00Z"),
});
const folder = temporaryFolder();
const file = join(folder, "ca.crt");
writeFileSync(file, authority.certificate);

it.each<[when: string, now: Date, message: RegExp]>([
  [
    "before it is valid",
    new Date(notBefore.getTime() - day),
    /is valid only from \d{4}-\d\d-\d\d: check this machine's clock/,
  ],
  ["a month before its end", new Date(notAfter.getTime() - 29 * day), /expires on .*--replace-ca/],
  ["after its end", new Date(notAfter.getTime() + 1), /expired on .*the client trusts no edge by it.*--replace-ca/],
])("warns about a CA %s", (_, now, message) => {
  expect(caWarnings(file, now)).toEqual([expect.stringMatching(message)]);
});

it("accepts a CA that is valid for more than a month, and no CA", () => {
  expect(caWarnings(file, new Date(notAfter.getTime() - 31 * day))).toEqual([]);
  expect(caWarnings(null, notAfter)).toEqual([]);
});

it("accepts a file that also has the old CA, during a replacement", () => {
  const both = join(folder, "both.crt");
  writeFileSync(both, authority.certificate + later.certificate);
  expect(caWarnings(both, new Date(notAfter.getTime() + 1))).toEqual([]);
});
