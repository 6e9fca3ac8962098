import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../../test/support/requirements.ts";
import { type Applied, applyStage, itEnds, itHolds } from "./support/applied.ts";
import { absent } from "./support/emulator-gaps.ts";
import { production } from "./support/fixture.ts";
import type { Moto } from "./support/moto.ts";
import { withoutOverrides } from "./support/terraform.ts";

/** Stage prod looks its zone up; it belongs to the account, not to the stage. */
async function makeZone(moto: Moto): Promise<void> {
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>example.org</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/route53/aws4_request",
  };
  const answer = await fetch(`${moto.url}/2013-04-01/hostedzone`, { method: "POST", body, headers });
  expect(answer.status).toBe(201);
}

describeWith(["terraform", "moto"], "stage prod, applied", () => {
  let applied: Applied;
  let everything: string[];

  beforeAll(async () => {
    applied = await applyStage(production, async ({ moto, stack }) => {
      await makeZone(moto);
      everything = await withoutOverrides(stack.folder, () => stack.plan());
    });
  });

  afterAll(() => applied.moto.stop());

  itHolds(() => applied);

  it("plans what the emulator lacks, and leaves nothing else out of the apply", async () => {
    const { output } = await applied.stack.terraform(["state", "list"]);
    const made = new Set(output.split("\n").map((address) => address.replace(/_[0-9A-F]{8}$/, "")));
    const planned = everything.map((change) => change.replace("create ", ""));
    const left = planned.filter((address) => !made.has(address)).map((address) => address.split(".")[0] ?? "");
    expect([...new Set(left)]).toEqual(Object.keys(absent).sort());
  });

  itEnds("prod", () => applied);
});
