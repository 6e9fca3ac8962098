import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { UserError } from "@analyze/common/errors";
import { readRecord, recordFile } from "../images/record.ts";
import { signImages } from "./sign.ts";
import { type Signer, signerFrom } from "./signer.ts";
import { verifyImages } from "./verify.ts";

surviveClosedPipes();

const usage = `usage: npm run sign-images -- --key FILE | --keyless       signs what dist/images.json names, and attests bills of materials
       npm run verify-images -- --key FILE | --identity REGEXP [--issuer URL]
  --record FILE   another record of images
COSIGN_PASSWORD holds the password of the private key. Bills of materials are written to sbom/ beside the record.`;

function options(args: string[]) {
  try {
    const text = { type: "string" } as const;
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: text,
        keyless: { type: "boolean" },
        identity: text,
        issuer: text,
        record: { type: "string", default: recordFile },
      },
    });
    return { ...values, action: positionals.join(" ") };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** The pipeline's own identity signs; only a verification has to name it. */
function signing({ key, keyless }: { key?: string; keyless?: boolean }): Signer {
  if ((key === undefined) !== (keyless === true)) throw new UserError(usage);
  return signerFrom(key === undefined ? { identity: "of this pipeline" } : { key });
}

try {
  const given = options(process.argv.slice(2));
  const images = readRecord(given.record);
  if (given.action === "sign") await signImages(images, signing(given), join(dirname(given.record), "sbom"));
  else if (given.action === "verify") await verifyImages(images, signerFrom(given));
  else throw new UserError(usage);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
