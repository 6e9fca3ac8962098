import { expect, it } from "vitest";
import { howToRestore } from "./lost-state.ts";

const region = "eu-central-1";

it.each([
  [{ stage: "dev", bucket: null, region }, "Where it is lost: `npm run recover`."],
  [
    { stage: "prod", bucket: "a-bucket", region },
    "Where it is lost, restore an earlier version of s3://a-bucket/prod.tfstate: docs/aws.md (Recovery).",
  ],
  [
    { stage: "prod", bucket: null, region },
    "Where it is lost, restore cdktf/state/prod.tfstate from a backup of that disk. Without one, import each resource: " +
      "`terraform -chdir=cdktf.out/stacks/prod import ADDRESS ID` (addresses: `npm run plan`).",
  ],
])("says how to restore the state of %j", (place, sentence) => {
  expect(howToRestore(place)).toBe(sentence);
});
