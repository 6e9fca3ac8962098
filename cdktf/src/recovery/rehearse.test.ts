import { UserError } from "@analyze/common/errors";
import { expect, it } from "vitest";
import { rehearse } from "./rehearse.ts";

const ids = new Map([
  ["aws_a.one", "1"],
  ["aws_b.two", "2"],
]);
const error = (summary: string, detail: string) => ({ "@level": "error", diagnostic: { summary, detail } });
const change = (addr: string, action: string) => ({ "@level": "info", change: { resource: { addr }, action } });
const missing = (address: string) =>
  error(
    "Cannot import non-existent remote object",
    `While attempting to import an existing object to "${address}", the provider detected that no object exists`,
  );
const printed = (...lines: object[]): string => lines.map((line) => JSON.stringify(line)).join("\n");

it("plans again without what does not exist, and keeps the rest", async () => {
  const tried: string[][] = [];
  const existing = await rehearse(ids, (some) => {
    tried.push([...some.keys()]);
    return Promise.resolve(printed(some.has("aws_b.two") ? missing("aws_b.two") : change("aws_a.one", "update")));
  });
  expect([...existing.keys()]).toEqual(["aws_a.one"]);
  expect(tried).toEqual([["aws_a.one", "aws_b.two"], ["aws_a.one"]]);
});

it.each([
  ["another error", printed(error("Access denied", "to aws_a"), missing("aws_b.two")), /^Access denied: to aws_a$/],
  ["an object that no import names", printed(missing("aws_c.three")), /aws_c\.three/],
  ["a replacement", printed(change("aws_a.one", "replace")), /would lose .*\n {2}replace aws_a\.one\n.*settings/],
  ["a deletion", printed(change("aws_c.three", "delete")), /delete aws_c\.three/],
])("changes nothing at %s", async (_, output, message) => {
  const failed = rehearse(ids, () => Promise.resolve(output));
  await expect(failed).rejects.toThrow(message);
  await expect(failed).rejects.toBeInstanceOf(UserError);
});
