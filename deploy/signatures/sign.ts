import { join } from "node:path";
import { createFolder } from "@analyze/common/folder";
import type { ImageRecord } from "../images/record.ts";
import { step } from "../progress.ts";
import { must } from "../run.ts";
import { type Signer, signArguments } from "./signer.ts";

/**
 * Signs each image of a record by its digest, never by a tag, and attests its bill of materials (SPDX). The bills are
 * also kept as files in `folder`. Rejects with a UserError at the first image that fails.
 */
export async function signImages({ images }: ImageRecord, signer: Signer, folder: string): Promise<void> {
  createFolder(folder);
  for (const [name, reference] of Object.entries(images)) {
    const bill = join(folder, `${name}.spdx.json`);
    await step(
      `${name}: bill of materials`,
      () => writeBill(reference, bill),
      () => bill,
    );
    await step(`${name}: signature`, () => must("cosign", ["sign", ...signArguments(signer), reference]));
    const predicate = ["--type", "spdxjson", "--predicate", bill];
    await step(`${name}: attestation`, () =>
      must("cosign", ["attest", ...signArguments(signer), ...predicate, reference]),
    );
  }
}

/** What is in an image: its Debian packages, and the npm packages that were bundled. Neither a database nor a daemon is needed. */
function writeBill(reference: string, file: string): Promise<string> {
  return must("trivy", [
    "image",
    "--quiet",
    "--image-src",
    "remote",
    "--format",
    "spdx-json",
    "--output",
    file,
    reference,
  ]);
}
