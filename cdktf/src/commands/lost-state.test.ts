import { expect, it } from "vitest";
import { howToRestore } from "./lost-state.ts";

const region = "eu-central-1";

it.each([
  [
    { stage: "prod", bucket: null, region },
    "Where it is lost, as after a kill of the first deployment: `npm run recover`.",
  ],
  [
    { stage: "prod", bucket: "a-bucket", region },
    "Where it is lost, restore an earlier version of s3://a-bucket/prod.tfstate: docs/aws.md (Recovery). " +
      "Where there is none: `npm run recover`.",
  ],
])("says how to restore the state of %j", (place, sentence) => {
  expect(howToRestore(place)).toBe(sentence);
});
