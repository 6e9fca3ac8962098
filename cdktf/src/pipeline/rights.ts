import { readFileSync } from "node:fs";
import { z } from "zod";

const statement = z.looseObject({ Action: z.array(z.string()) });
const policy = z.object({ Version: z.string(), Statement: z.array(statement) });
type Policy = z.infer<typeof policy>;

/** The deployer's policies in docs/: the first is for every stage, the others are for a stage with a cluster. */
const deployerPolicies = {
  deployer: "deployer-policy.json",
  "deployer-prod": "deployer-policy-prod.json",
  "deployer-prod-edge": "deployer-policy-prod-edge.json",
} as const;
export type DeployerPolicy = keyof typeof deployerPolicies;

export function deployerPolicy(name: DeployerPolicy): Policy {
  const file = new URL(`../../../docs/${deployerPolicies[name]}`, import.meta.url);
  return policy.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** The read-only part of a policy. Pure. */
export function readingOf({ Version, Statement }: Policy): Policy {
  const reading = Statement.map((one) => ({ ...one, Action: one.Action.filter(isRead) }));
  return { Version, Statement: reading.filter(({ Action }) => Action.length > 0) };
}

/** Actions that return a credential change nothing, and let their caller do more. */
const credentials = /:Get(?:\w+Token|SecretValue|PasswordData)$/;

function isRead(action: string): boolean {
  return /:(?:BatchCheck|Describe|Get|List|View)/.test(action) && !credentials.test(action);
}

/** A plan locks the state in S3 by an object beside it, so that it never reads a state that is being written. */
export const stateLock = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "LockTheState",
      Effect: "Allow",
      Action: ["s3:DeleteObject", "s3:PutObject"],
      Resource: "arn:aws:s3:::analyze-state-*/*.tflock",
    },
  ],
} as const;
