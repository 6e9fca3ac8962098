import { expect, it } from "vitest";
import { readHostConfig } from "./config.ts";

it("needs only a region, and uses the private key beside the public one", () => {
  expect(readHostConfig({ AWS_REGION: "eu-west-1", ANALYZE_SSH_PUBLIC_KEY_FILE: "/keys/me.pub" })).toMatchObject({
    stage: "dev",
    region: "eu-west-1",
    identityFile: "/keys/me",
    sshUser: "ec2-user",
    sshPort: 22,
    access: "ssh",
  });
});

it("names every wrong setting with its value", () => {
  const names = { ANALYZE_STAGE: "test", ANALYZE_STATE_BUCKET: "A" };
  const wrong = { ...names, ANALYZE_SSH_PORT: "ssh", ANALYZE_ACCESS: "" };
  expect(() => readHostConfig(wrong)).toThrow(
    /ANALYZE_STAGE="test" must be one of dev, prod[^]*ANALYZE_STATE_BUCKET="A" is not a bucket's name[^]*ANALYZE_SSH_PORT="ssh" must be a port/,
  );
});
