import { z } from "zod";
import type { ImageRecord } from "../images/record.ts";
import { step } from "../progress.ts";
import { failure, must, type Output, run } from "../run.ts";
import { type Signer, trustArguments } from "./signer.ts";

const descriptor = z.object({
  digest: z.string(),
  platform: z.object({ architecture: z.string(), os: z.string() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const index = z.object({ manifests: z.array(descriptor) });

const statement = z.object({ predicate: z.object({ packages: z.array(z.unknown()).min(1) }) });

/** Verifies signature, bill of materials and provenance of each image of a record. Rejects with a UserError at the first that fails. */
export async function verifyImages({ images, base }: ImageRecord, signer: Signer): Promise<void> {
  for (const [name, reference] of Object.entries(images)) {
    await step(
      `${name}: signature`,
      () => verifySignature(reference, signer),
      () => reference,
    );
    await step(
      `${name}: bill of materials`,
      () => verifyBill(reference, signer),
      (count) => `${count} packages`,
    );
    await step(
      `${name}: provenance`,
      () => verifyProvenance(reference, base.digest),
      (platforms) => platforms.join(", "),
    );
  }
}

/** Verifies the signer's signature of exactly this digest. Rejects with a UserError. */
async function verifySignature(reference: string, signer: Signer): Promise<void> {
  const output = await run("cosign", ["verify", ...trustArguments(signer), reference]);
  if (output.code !== 0) throw failure(refusalOf(reference, output));
}

/** Why an image is refused: nobody or another one has signed it, or that cannot be checked. Pure. */
export function refusalOf(reference: string, { code, stderr }: Output): string {
  if (code === 127) return stderr;
  // One line for each signature that was tried: the first one says what became of all.
  const reason = /^error during command execution: (.*)$/m.exec(stderr)?.[1] ?? lastLine(stderr);
  return /^no (signatures found|matching )/.test(reason)
    ? `${reference} is not signed by this signer. Do not deploy it.\n  ${reason}`
    : `Whether ${reference} is signed cannot be checked. Do not deploy it.\n  ${reason}`;
}

/** Verifies the attested packages. Resolves with their number. */
async function verifyBill(reference: string, signer: Signer): Promise<number> {
  const args = ["verify-attestation", "--type", "spdxjson", ...trustArguments(signer), reference];
  const { code, stdout, stderr } = await run("cosign", args);
  if (code !== 0) throw failure(`${reference} has no bill of materials of this signer.\n  ${lastLine(stderr)}`);
  const { payload } = z.object({ payload: z.string() }).parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  const parsed = statement.safeParse(JSON.parse(Buffer.from(payload, "base64").toString("utf8")));
  if (!parsed.success) throw failure(`${reference} has an empty bill of materials.`);
  return parsed.data.predicate.packages.length;
}

/**
 * Verifies BuildKit's provenance, which is in the signed index beside each platform's manifest, so the signature covers
 * it. It must name the base of the record. Resolves with the platforms.
 */
async function verifyProvenance(reference: string, base: string | null): Promise<string[]> {
  const raw = await must("docker", ["buildx", "imagetools", "inspect", "--raw", reference]);
  const { manifests } = index.parse({ manifests: [], ...JSON.parse(raw) });
  const attested = new Set(manifests.flatMap(({ annotations }) => annotations?.["vnd.docker.reference.digest"] ?? []));
  const platforms = manifests.filter(({ platform }) => platform !== undefined && platform.os !== "unknown");
  const without = platforms.filter(({ digest }) => !attested.has(digest));
  if (platforms.length === 0 || without.length > 0)
    throw failure(`${reference} has no provenance for each of its platforms.`);
  const printed = await must("docker", [
    "buildx",
    "imagetools",
    "inspect",
    "--format",
    "{{json .Provenance}}",
    reference,
  ]);
  if (base !== null && !printed.includes(base.replace("sha256:", "")))
    throw failure(`${reference} was not built on the base of the record, ${base}.`);
  return platforms.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
