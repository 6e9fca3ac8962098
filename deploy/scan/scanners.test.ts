import { expect, it } from "vitest";
import { reasonOf } from "./scanners.ts";

it.each([
  [
    "npm error audit endpoint returned an error\nnpm error A complete log of this run can be found in: /home/a/.npm/1.log\n",
    "audit endpoint returned an error",
  ],
  ["2026-11-26T10:50:18Z\tFATAL\tFatal error\trun error: no database\n", "Fatal error\trun error: no database"],
  [
    "2026-11-26T10:50:18Z\tFATAL\tFatal error\trun error: init error: DB error: failed to download vulnerability DB:\n\t* dial tcp 10.0.0.1:53\n\n",
    "its vulnerability database cannot be reached",
  ],
  ["", "trivy ended with exit code 1"],
])("a scan that failed has a reason without a time or a path: %j", (stderr, reason) => {
  expect(reasonOf("trivy", { code: 1, stdout: "", stderr })).toBe(reason);
});

it("a scanner that ends well and prints no report has not scanned", () => {
  expect(reasonOf("trivy", { code: 0, stdout: "", stderr: "" })).toBe("trivy printed no complete report");
});
