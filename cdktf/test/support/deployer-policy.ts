import { readFileSync } from "node:fs";
import { z } from "zod";

const policyShape = z.object({ Statement: z.array(z.object({ Action: z.array(z.string()) })) });

/** Rights that no recording of Terraform shows, each group with its reason. */
export const besides = [
  // docker speaks to the registry itself
  "ecr:BatchCheckLayerAvailability",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImages",
  "ecr:GetAuthorizationToken",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
  // AWS asks for these when a create call carries tags; moto does not
  "cloudwatch:TagResource",
  "ecr:TagResource",
  "iam:TagInstanceProfile",
  "iam:TagRole",
  "s3:PutObjectTagging",
  // handing the role to the host is no call of its own
  "iam:PassRole",
];

/** All actions that docs/deployer-policy.json allows, sorted. */
export function allowedActions(): string[] {
  const text = readFileSync(new URL("../../../docs/deployer-policy.json", import.meta.url), "utf8");
  return policyShape
    .parse(JSON.parse(text))
    .Statement.flatMap(({ Action }) => Action)
    .sort();
}
