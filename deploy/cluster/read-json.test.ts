import { expect, it } from "vitest";
import { named } from "./objects.ts";
import { itemsOf } from "./read-json.ts";

it("reads a list without items", () => {
  expect(itemsOf(named, '{"items":null}')).toEqual([]);
  expect(itemsOf(named, "{}")).toEqual([]);
});

it.each([
  ["", "`kubectl get x` did not print JSON"],
  ["error: not here", "`kubectl get x` did not print JSON"],
  ["[]", "`kubectl get x` printed what this program does not understand"],
  ['{"items":[{"metadata":{}}]}', /understand:\n.*\n.*items\[0\]\.metadata\.name/],
])("names the command and the place where an answer is not as promised: %j", (json, says) => {
  expect(() => itemsOf(named, json, "kubectl get x")).toThrow(says);
});
