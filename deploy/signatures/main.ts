import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { surviveClosedPipes } from "@analyze/common/closed-pipe";
import { endWith, UserError } from "@analyze/common/errors";
import { answerHelp } from "@analyze/common/usage";
import { connect } from "../cluster/cluster.ts";
import { readRecord, recordFile } from "../images/record.ts";
import { admissionPolicy } from "./admission.ts";
import { signImages } from "./sign.ts";
import { type Signer, signerFrom, signingWith } from "./signer.ts";
import { verifyImages } from "./verify.ts";

surviveClosedPipes();

const usage = `usage: npm run sign-images -- --key FILE | --keyless       signs what dist/images.json names, and attests bills of materials
       npm run verify-images -- --key FILE | --identity REGEXP [--issuer URL]
  --admit NAMESPACE [--also IMAGE]…   afterwards the cluster runs only these images there, and the others that are named
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
        admit: text,
        also: { type: "string", multiple: true, default: [] },
        record: { type: "string", default: recordFile },
      },
    });
    return { ...values, action: positionals.join(" ") };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** The pipeline's identity signs; only a verification must name it. */
function signing({ key, keyless }: { key?: string; keyless?: boolean }): Signer {
  if ((key === undefined) !== (keyless === true)) throw new UserError(usage);
  return signingWith(key, process.env);
}

async function admit(namespace: string, verified: readonly string[], also: readonly string[]): Promise<void> {
  const cluster = await connect();
  await cluster.apply(...admissionPolicy({ namespace, verified, also }));
  process.stdout.write(`${cluster.context}: namespace ${namespace} runs only these images from now on\n`);
}

try {
  answerHelp(usage, process.argv.slice(2));
  const given = options(process.argv.slice(2));
  const { record } = given;
  if (given.action === "sign") {
    const signer = signing(given);
    await signImages(readRecord(record), signer, join(dirname(record), "sbom"));
  } else if (given.action === "verify") {
    const signer = signerFrom(given);
    const images = readRecord(record);
    await verifyImages(images, signer);
    if (given.admit !== undefined) await admit(given.admit, Object.values(images.images), given.also);
  } else throw new UserError(usage);
} catch (error) {
  endWith(error);
}
