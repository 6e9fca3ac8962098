import { readFileSync } from "node:fs";
import { z } from "zod";
import { restAction } from "./rest-actions.ts";

const entryShape = z.object({
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  body_encoded: z.boolean(),
});
type Entry = z.infer<typeof entryShape>;

/** IAM actions that Terraform's calls in moto's recording need: `service:Action`, sorted, each once. */
export function recordedActions(file: string): string[] {
  return [...new Set(recordedCalls(file))].sort();
}

/** The same in the order of the calls, with repetitions. */
export function recordedCalls(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const entries = lines.map((line) => entryShape.parse(JSON.parse(line)));
  const terraform = entries.filter(({ headers }) => headers["User-Agent"]?.includes("Terraform") === true);
  return terraform.flatMap(actionsOf);
}

function actionsOf(entry: Entry): string[] {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([a-z0-9-]+)\//.exec(entry.headers["Authorization"] ?? "")?.[1];
  if (service === undefined) return [];
  if (service === "s3") return s3Actions(entry);
  const right = restAction(service, entry.method, entry.url);
  return [right ?? `${service === "monitoring" ? "cloudwatch" : service}:${operation(entry)}`];
}

/** JSON protocols name the operation in a header, the query protocol in the body, CBOR in the path. */
function operation({ headers, body, body_encoded, url }: Entry): string {
  const target = headers["X-Amz-Target"]?.split(".").at(-1);
  const text = Buffer.from(body ?? "", body_encoded ? "base64" : "utf8").toString("utf8");
  const action = target ?? new URLSearchParams(text).get("Action") ?? /\/operation\/(\w+)/.exec(url)?.[1];
  if (action === undefined) throw new Error(`no operation in ${url} ${text.slice(0, 200)}`);
  return action;
}

/** S3's rights with another name than `Get|Put|DeleteBucket<Subresource>`. */
const s3Names: Readonly<Record<string, string>> = {
  accelerate: "AccelerateConfiguration",
  acl: "BucketAcl",
  cors: "BucketCORS",
  encryption: "EncryptionConfiguration",
  lifecycle: "LifecycleConfiguration",
  logging: "BucketLogging",
  "object-lock": "BucketObjectLockConfiguration",
  policy: "BucketPolicy",
  publicAccessBlock: "BucketPublicAccessBlock",
  replication: "ReplicationConfiguration",
  requestPayment: "BucketRequestPayment",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
  website: "BucketWebsite",
};

/** Deleting a configuration needs the right to put it, except for the bucket's policy. */
const s3Verbs: Readonly<Record<string, string>> = { GET: "Get", HEAD: "Get", PUT: "Put", DELETE: "Put" };

function s3Actions({ method, url }: Entry): string[] {
  const { pathname, searchParams } = new URL(url);
  const [, bucket = "", ...rest] = pathname.split("/");
  if (rest.join("/") !== "") return objectActions(method, searchParams);
  if (bucket === "") return ["s3:ListAllMyBuckets"];
  if (searchParams.has("delete")) return ["s3:DeleteObject", "s3:DeleteObjectVersion"];
  if (searchParams.has("versions")) return ["s3:ListBucketVersions"];
  const name = Object.keys(s3Names).find((key) => searchParams.has(key));
  if (name === undefined) return [{ PUT: "s3:CreateBucket", DELETE: "s3:DeleteBucket" }[method] ?? "s3:ListBucket"];
  if (method === "DELETE" && name === "policy") return ["s3:DeleteBucketPolicy"];
  return [`s3:${s3Verbs[method] ?? method}${s3Names[name]}`];
}

function objectActions(method: string, search: URLSearchParams): string[] {
  const verb = { PUT: "Put", DELETE: "Delete" }[method] ?? "Get";
  return [`s3:${verb}Object${search.has("tagging") ? "Tagging" : ""}${search.has("versionId") ? "Version" : ""}`];
}
