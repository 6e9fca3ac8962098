import { describeWith } from "../support/requirements.ts";
import { leftPollsSuite } from "./left-polls.ts";

describeWith(["nginx", "redis-server"], "long polls through nginx", () => {
  leftPollsSuite(10_000);
});
